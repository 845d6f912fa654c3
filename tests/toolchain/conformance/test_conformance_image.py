"""docker.Image, built by the engine's own builder and not pushed."""

from pathlib import Path

import pulumi
import pulumi_docker as docker
import pytest

from tests.toolchain.conformance.sheet import Sheet
from tests.toolchain.conformance.stage import Stage
from tests.toolchain.provider.programs import IMAGE

pytestmark = pytest.mark.platform


def test_image(stage: Stage, sheet: Sheet, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Built once; a changed file is an update, an unchanged one is not; it outlives its stack."""
    context: Path = tmp_path_factory.mktemp("context")
    (context / "Dockerfile").write_text("ARG BASE\nFROM $BASE\nCOPY file /file\n")
    (context / "file").write_text("one\n")

    def program() -> None:
        image = docker.Image(
            "image",
            image_name=f"{stage.name}:local",
            skip_push=True,
            build=docker.DockerBuildArgs(
                context=str(context),
                dockerfile=str(context / "Dockerfile"),
                args={"BASE": IMAGE},
                builder_version=docker.BuilderVersion.BUILDER_V1,
                platform="linux/amd64",
            ),
        )
        pulumi.export("digest", image.repo_digest)

    sheet.compare("up", {"image": "create"}, stage.deploy(program), all_of_it=True)
    built = stage.engine.api.inspect_image(f"{stage.name}:local")["Id"]
    expected = {
        "baseImageName": f"{stage.name}:local",
        "imageName": f"{stage.name}:local",
        "platform": "linux/amd64",
        "repoDigest": built,
    }
    sheet.compare("image", expected, stage.outputs("image"))
    sheet.compare("second preview", {"image": "same"}, stage.plan(program), all_of_it=True)
    (context / "file").write_text("two\n")
    sheet.compare("preview with another file", {"image": "update"}, stage.plan(program), all_of_it=True)
    stage.stack.destroy()
    sheet.note("it is still in Docker", built, stage.engine.api.inspect_image(f"{stage.name}:local")["Id"])
    sheet.settle()

"""docker.Image and docker.RegistryImage pushed to a real registry with a password, and looked up there."""

from collections.abc import Iterator
from pathlib import Path

import pulumi
import pulumi_docker as docker
import pytest

from tests.toolchain.conformance.sheet import Sheet
from tests.toolchain.conformance.stage import OLD_FIRST, Stage
from tests.toolchain.provider.registry_server import BASIC, PASSWORD, USER, RegistryServer, built, serving

pytestmark = pytest.mark.platform
ALL = ("image", "tag", "pushed")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    """A registry that wants a password."""
    with built(tmp_path_factory.mktemp("registry")) as name, serving(name, BASIC) as server:
        yield server


@pytest.fixture(scope="module")
def open_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    """A registry that takes everybody."""
    with built(tmp_path_factory.mktemp("registry")) as name, serving(name) as server:
        yield server


@pytest.fixture
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a tiny image."""
    folder: Path = tmp_path_factory.mktemp("context")
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY file /file\n")
    (folder / "file").write_text("one\n")
    return folder


class Program:
    """An image that is built and pushed, and a second name that a RegistryImage pushes."""

    def __init__(self, registry: RegistryServer, context: Path) -> None:
        self.registry = registry
        self.context = context
        self.of_image = PASSWORD
        self.keep = False
        self.trigger = "one"
        self.gone = False

    def __call__(self) -> None:
        """The program."""
        host = self.registry.host
        image = docker.Image(
            "image",
            image_name=f"{host}/app:1",
            build=docker.DockerBuildArgs(
                context=str(self.context),
                dockerfile=str(self.context / "Dockerfile"),
                builder_version=docker.BuilderVersion.BUILDER_V1,
                platform="linux/amd64",
            ),
            registry=docker.RegistryArgs(
                server=host, username=USER, password=pulumi.Output.secret(self.of_image)
            ),
        )
        if self.gone:
            return
        tag = docker.Tag("tag", source_image=image.image_name, target_image=f"{host}/second:1")
        docker.RegistryImage(
            "pushed",
            name=tag.target_image,
            keep_remotely=self.keep,
            triggers={"why": self.trigger},
            auth_config=docker.RegistryImageAuthConfigArgs(
                address=f"http://{host}", username=USER, password=pulumi.Output.secret(PASSWORD)
            ),
        )


def _effects(stage: Stage, sheet: Sheet, registry: RegistryServer) -> None:
    digest = registry.digest("app", "1")
    expected = {
        "baseImageName": f"{registry.host}/app:1",
        "imageName": f"{registry.host}/app:1",
        "registryServer": registry.host,
        "repoDigest": f"{registry.host}/app@{digest}",
    }
    sheet.compare("image", expected, stage.outputs("image"))
    digest = registry.digest("second", "1")
    expected_tag = {
        "id": digest,
        "sha256Digest": digest,
        "name": f"{registry.host}/second:1",
        "keepRemotely": False,
        "insecureSkipVerify": False,
    }
    sheet.compare("registry image", expected_tag, stage.outputs("pushed"))
    sheet.note("the password is in the state", False, PASSWORD in stage.state())


def test_registry(stage: Stage, sheet: Sheet, registry: RegistryServer, context: Path) -> None:
    """Pushed, pushed again, kept, deleted, and deleted by hand."""
    program = Program(registry, context)
    sheet.compare("up", dict.fromkeys(ALL, "create"), stage.deploy(program), all_of_it=True)
    _effects(stage, sheet, registry)
    sheet.compare("second preview", dict.fromkeys(ALL, "same"), stage.plan(program), all_of_it=True)
    sheet.compare("refresh", dict.fromkeys(ALL, "same"), stage.look(), all_of_it=True)
    program.of_image = "another-password"
    sheet.note("another password of the image", "same", stage.plan(program).get("image"))
    program.of_image = PASSWORD
    program.trigger = "two"
    sheet.note("another trigger", OLD_FIRST, stage.deploy(program).get("pushed"))
    sheet.note("it is pushed again", registry.digest("app", "1"), registry.digest("second", "1"))
    (context / "file").write_text("two\n")
    before = registry.digest("app", "1")
    sheet.note("another file", "update", stage.deploy(program).get("image"))
    sheet.note("it is another image", True, registry.digest("app", "1") not in {before, None})
    program.keep = True
    sheet.note("keep_remotely", "update", stage.deploy(program).get("pushed"))
    stage.stack.destroy()
    sheet.note("what is kept stays", before, registry.digest("second", "1"))
    sheet.note("an Image stays", True, registry.digest("app", "1") is not None)
    sheet.settle()


def test_registry_deletes(stage: Stage, sheet: Sheet, registry: RegistryServer, context: Path) -> None:
    """A RegistryImage that goes from the program goes from the registry; a lost one comes again."""
    program = Program(registry, context)
    stage.deploy(program)
    _delete_by_hand(registry, "second")
    sheet.note("refresh after it is gone there", "delete", stage.look().get("pushed"))
    sheet.note("up after it", "create", stage.deploy(program).get("pushed"))
    sheet.note("it is there again", True, registry.digest("second", "1") is not None)
    program.gone = True
    sheet.note("gone from the program", "delete", stage.deploy(program).get("pushed"))
    sheet.note("it is gone there", None, registry.digest("second", "1"))
    stage.stack.destroy()
    sheet.settle()


def _delete_by_hand(registry: RegistryServer, repository: str) -> None:
    registry.delete(repository, str(registry.digest(repository, "1")))


def test_registry_without_a_password(
    stage: Stage, sheet: Sheet, open_registry: RegistryServer, context: Path
) -> None:
    """docker.Image needs no words about a registry that takes everybody."""

    def program() -> None:
        docker.Image(
            "image",
            image_name=f"{open_registry.host}/open:1",
            build=docker.DockerBuildArgs(
                context=str(context),
                dockerfile=str(context / "Dockerfile"),
                builder_version=docker.BuilderVersion.BUILDER_V1,
                platform="linux/amd64",
            ),
        )

    sheet.note("up", "create", stage.deploy(program).get("image"))
    expected = f"{open_registry.host}/open@{open_registry.digest('open', '1')}"
    sheet.note("its name by digest", expected, stage.outputs("image").get("repoDigest"))
    sheet.note("second preview", "same", stage.plan(program).get("image"))
    sheet.settle()

"""Images in a bundle: built as a deployment builds them, and with the builder's cache."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import ImageNotFound

from operation.containers import client
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT, Stack
from toolchain.bundle import images, loaded
from toolchain.bundle.images import chain
from toolchain.bundle.loaded import Images
from toolchain.command import run
from toolchain.provider.image import build_arguments

QUIET = Progress(quiet=True)
RECIPE: Mapping[str, Any] = {
    "context": str(ROOT / "infra/images/database"),
    "dockerfile": str(ROOT / "infra/images/database/Dockerfile"),
    "args": {},
    "platform": "linux/amd64",
}


class Engine:
    """Images by ID or name, and their parents."""

    def __init__(
        self, found: Mapping[str, Mapping[str, str]], said: list[dict[str, str]] | None = None
    ) -> None:
        self.found = found
        self.said = said or [{"stream": "Successfully built"}]
        self.built: list[dict[str, Any]] = []
        self.api = self

    def inspect_image(self, name: str) -> Mapping[str, str]:
        """As the SDK has it."""
        if name not in self.found:
            raise ImageNotFound(name)
        return self.found[name]

    def build(self, **arguments: Any) -> list[dict[str, str]]:
        """Notes how it was asked."""
        self.built.append(arguments)
        return self.said


def test_every_image_of_the_platform_goes_along() -> None:
    """Each folder with a Dockerfile has its recipe, whose context is there."""
    found = images.recipes(Stack("local"))
    built = {Path(each["dockerfile"]) for each in found.values()}
    assert built == set((ROOT / "infra/images").glob("*/Dockerfile"))
    assert all(Path(each["context"]).is_dir() for each in found.values())


def test_built_as_a_deployment_builds() -> None:
    """The same arguments as the provider's, so that its build finds all in the cache; offline no network."""
    given = build_arguments({"imageName": "bem-bundle/database:latest", "build": dict(RECIPE)})
    assert images.arguments(RECIPE, "database", offline=False) == given
    assert images.arguments(RECIPE, "database", offline=True) == {**given, "network_mode": "none"}


def test_build_that_needs_the_network_says_what_it_means(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Dockerfile of another commit misses the cache, and the remedy is another bundle."""
    engine = Engine(
        {}, [{"stream": "Step 3/9 : RUN apt-get update"}, {"error": "returned a non-zero code: 100"}]
    )
    monkeypatch.setattr(images, "client", lambda **_given: engine)
    with pytest.raises(Failure, match=r"code: 100 \(after: Step 3/9") as caught:
        images.build("database", RECIPE, QUIET, offline=True)
    assert "another Dockerfile" in caught.value.meaning
    assert "pack it anew" in caught.value.remedy


@pytest.mark.parametrize(
    ("found", "lacking"),
    [
        ({}, "base, database"),
        ({"sha256:1": {"Id": "sha256:1"}, images.BASE: {"Id": "sha256:9"}}, "base"),
        ({"sha256:1": {"Id": "sha256:1"}, images.BASE: {"Id": "sha256:0"}}, ""),
    ],
)
def test_images_are_known_by_id(
    found: dict[str, dict[str, str]], lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that means another image now does not count; loaded ones are due still, to prove the cache."""
    monkeypatch.setattr(loaded, "client", lambda **_given: Engine(found))
    finding = Images(Path("x"), {"base": "sha256:0", "database": "sha256:1"}).look()
    assert finding.healthy is not bool(lacking)
    assert finding.due
    assert lacking in finding.remedy


def test_parents_reach_down_to_the_base_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that came without parents is built once more; an engine that keeps none is refused."""
    tag = images.tag_of("database")
    whole = Engine({tag: {"Parent": "b"}, "b": {"Parent": "a"}, "a": {"Parent": ""}})
    assert images._parents(whole, "database", RECIPE, "a", QUIET) == ["b", "a"]  # noqa: SLF001
    bare = Engine({tag: {"Id": "c", "Parent": ""}})
    monkeypatch.setattr(images, "client", lambda **_given: SimpleNamespace(api=bare))
    with pytest.raises(Failure, match="does not tell what image database was built from"):
        images._parents(bare, "database", RECIPE, "a", QUIET)  # noqa: SLF001
    assert [each["nocache"] for each in bare.built] == [True]


@pytest.mark.platform
def test_saved_with_its_parents_an_image_is_built_from_cache(tmp_path: Path) -> None:
    """Saved, removed, loaded: the same build finds each step; without its parents it would find none."""
    tag, api = f"test-bundle-{uuid.uuid4().hex[:8]}:latest", client().api
    (tmp_path / "context").mkdir()
    (tmp_path / "context/file").write_text(tag)
    (tmp_path / "context/Dockerfile").write_text(f'FROM scratch\nCOPY file /\nLABEL of="{tag}"\nENV A=1\n')

    def build() -> list[str]:
        said = api.build(path=str(tmp_path / "context"), tag=tag, rm=True, decode=True)
        return [str(each.get("stream", "")).strip() for each in said]

    try:
        build()
        first, parents = api.inspect_image(tag)["Id"], chain(api, tag)
        assert len(parents) == 3  # the first is the name itself
        images._save(list(dict.fromkeys([tag, *parents])), tmp_path / "saved", lambda _said: None)  # noqa: SLF001
        api.remove_image(tag)
        with pytest.raises(ImageNotFound):
            api.inspect_image(parents[-1])
        run(("docker", "load", "--input", str(tmp_path / "saved")), QUIET, seconds=60)
        assert sum("Using cache" in line for line in build()) == 3
        assert api.inspect_image(tag)["Id"] == first
    finally:
        api.remove_image(tag)

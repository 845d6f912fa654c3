"""Images that are pulled or here, and what a program looks up."""

import pytest

from tests.toolchain.provider.container_stub import IMAGE_ID, Engine
from tests.toolchain.provider.swarm_stub import refusal
from toolchain.provider.failure import ProviderFailure
from toolchain.provider.local_image import present
from toolchain.provider.lookup import FUNCTIONS, network, remote_image
from toolchain.provider.property_value import Properties
from toolchain.provider.remote_image import RemoteImage
from toolchain.provider.tag import Tag

IMAGE: Properties = {"name": "debian", "keepLocally": True}


class Registry(Engine):
    """An engine that can pull some images.

    Args:
        pulled: names that the registry has.
    """

    def __init__(self, *pulled: str) -> None:
        super().__init__()
        self.pulled = pulled
        self.removed: list[tuple[str, bool]] = []

    def pull(self, name: str, platform: str | None) -> None:
        """Pull it, or say that there is no such thing."""
        del platform
        if name not in self.pulled:
            raise refusal(404, "manifest unknown")
        self.images = (*self.images, name)

    def tag(self, source: str, target: str) -> None:
        """Give it another name."""
        self.inspect_image(source)
        self.images = (*self.images, target)

    def remove_image(self, name: str, *, force: bool) -> None:
        """Take it away."""
        self.removed.append((name, force))


def test_an_image_that_is_here_is_not_pulled() -> None:
    """Its identity has the name behind it, as the official provider's; it never saw a registry."""
    live = RemoteImage().create(IMAGE, Registry().call())
    assert live.id == f"{IMAGE_ID}debian"
    assert (live.computed["imageId"], live.computed["repoDigest"]) == (IMAGE_ID, IMAGE_ID)


def test_an_image_that_is_absent_is_pulled() -> None:
    """Or the error says what to do."""
    registry = Registry("alpine")
    assert present(registry.call(), "alpine")["Id"] == IMAGE_ID
    with pytest.raises(ProviderFailure, match="cannot be pulled: manifest unknown"):
        present(registry.call(), "nothing")


def test_import_of_a_remote_image() -> None:
    """By the official provider's identity; one that is gone is gone."""
    live = RemoteImage().read(f"{IMAGE_ID}debian", {}, Registry().call())
    assert live is not None
    assert live.inputs == {"name": "debian"}
    assert RemoteImage().read(f"{IMAGE_ID}gone", {}, Registry().call()) is None


def test_an_image_goes_unless_it_shall_stay() -> None:
    """With force only when the program says so."""
    registry = Registry()
    RemoteImage().delete("", IMAGE, registry.call())
    assert registry.removed == []
    RemoteImage().delete("", {"name": "debian", "forceRemove": True}, registry.call())
    assert registry.removed == [("debian", True)]


def test_a_name_for_an_image() -> None:
    """Its identity is the official one; a name that means another image, or nothing, is gone."""
    registry = Registry()
    inputs: Properties = {"sourceImage": "debian", "targetImage": "mine:1"}
    live = Tag().create(inputs, registry.call())
    assert (live.id, live.computed["sourceImageId"]) == ("debian.mine:1", IMAGE_ID)
    assert Tag().read(live.id, inputs, registry.call({"sourceImageId": IMAGE_ID})) is not None
    assert Tag().read(live.id, inputs, registry.call({"sourceImageId": "sha256:other"})) is None
    assert Tag().read("debian.gone:1", {**inputs, "targetImage": "gone:1"}, registry.call()) is None
    with pytest.raises(ProviderFailure, match="There is no image 'nothing'"):
        Tag().create({**inputs, "sourceImage": "nothing"}, registry.call())


def test_look_up_of_a_network() -> None:
    """By its name; one that is not there says so, and so does no name."""
    found = network({"name": "bridge"}, Registry().call())
    assert (found["id"], found["driver"], found["scope"], found["containers"]) == (
        "n0",
        "bridge",
        "local",
        [],
    )
    for name in ("nothing", ""):
        with pytest.raises(ProviderFailure, match="There is no network"):
            network({"name": name}, Registry().call())


def test_look_up_of_an_image() -> None:
    """One that is here; nothing is pulled for it."""
    found = remote_image({"name": "debian"}, Registry("alpine").call())
    assert found == {"id": IMAGE_ID, "name": "debian", "repoDigest": IMAGE_ID}
    with pytest.raises(ProviderFailure, match="no image 'alpine'"):
        remote_image({"name": "alpine"}, Registry("alpine").call())


def test_functions_are_found_by_the_sdks_tokens() -> None:
    """As `pulumi_docker` spells them."""
    assert {*FUNCTIONS} == {
        "docker:index/getNetwork:getNetwork",
        "docker:index/getRegistryImage:getRegistryImage",
        "docker:index/getRemoteImage:getRemoteImage",
    }

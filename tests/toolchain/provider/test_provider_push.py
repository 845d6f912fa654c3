"""Names of images, logins, and what a push says, without a registry."""

import threading
from collections.abc import Iterator
from typing import Any

import docker.auth
import pytest

from tests.toolchain.provider.examples import changed
from toolchain.provider.call import Call
from toolchain.provider.failure import Cancelled, ProviderFailure
from toolchain.provider.image import Image
from toolchain.provider.image_name import HUB, ImageName, host_of
from toolchain.provider.login import Login, of_host
from toolchain.provider.property_value import UNKNOWN, Properties, Value
from toolchain.provider.push import push_lines, pushed
from toolchain.provider.registry_address import bases, is_here
from toolchain.provider.registry_image import RegistryImage
from toolchain.provider.registry_image_build import arguments

DIGEST = "sha256:" + "3" * 64
PUSHED: Properties = {
    "imageName": "r.example/app:1",
    "build": UNKNOWN,
    "registry": {"server": "r.example", "username": "u", "password": "p"},
}
REGISTRY_IMAGE: Properties = {"name": "r.example/app:1", "authConfig": {"address": "r.example"}}


@pytest.mark.parametrize(
    ("name", "parts", "place"),
    [
        ("debian", (HUB, "library/debian", "latest"), "debian"),
        (f"{HUB}/team/app:1", (HUB, "team/app", "1"), "team/app"),
        (f"index.{HUB}/team/app", (HUB, "team/app", "latest"), "team/app"),
        ("127.0.0.1:5000/team/app:1", ("127.0.0.1:5000", "team/app", "1"), "127.0.0.1:5000/team/app"),
        ("localhost/app", ("localhost", "app", "latest"), "localhost/app"),
        (f"r.example/app:1@{DIGEST}", ("r.example", "app", "1"), "r.example/app"),
    ],
)
def test_parts_of_a_name(name: str, parts: tuple[str, str, str], place: str) -> None:
    """By Docker's own rules: only a first part with a dot, a colon or `localhost` is a registry."""
    found = ImageName.parse(name)
    assert (found.registry, found.repository, found.tag) == parts
    assert found.place == place
    assert found.reference == (DIGEST if "@" in name else parts[2])


@pytest.mark.parametrize(
    ("address", "host", "asked"),
    [
        ("r.example", "r.example", ("https://r.example",)),
        ("http://r.example:5000/v2/", "r.example:5000", ("http://r.example:5000",)),
        ("127.0.0.1:5000", "127.0.0.1:5000", ("https://127.0.0.1:5000", "http://127.0.0.1:5000")),
        ("https://localhost:5000", "localhost:5000", ("https://localhost:5000",)),
        (f"https://index.{HUB}/v1/", HUB, (f"https://registry-1.{HUB}",)),
    ],
)
def test_addresses_that_are_asked(address: str, host: str, asked: tuple[str, ...]) -> None:
    """In the clear only where the program says so, or on this very host."""
    assert host_of(address) == host
    assert bases(address, host) == asked
    assert is_here("[::1]:5000")
    assert not is_here("127.0.0.1.example")


def test_a_login_shows_no_password() -> None:
    """Neither printed nor in a message; only both words make one."""
    login = Login.given({"username": "u", "password": "hidden"})
    assert login is not None
    assert "hidden" not in f"{login} {login!r}"
    assert login.for_engine() == {"username": "u", "password": "hidden"}
    assert Login.given({"username": "u"}) is None
    assert Login.given(None) is None
    assert Login(token="t").for_engine() == {"identitytoken": "t"}  # of test data


class Engine:
    """The API's requests that a push needs."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages = messages
        self.asked: dict[str, Any] = {}
        auths = {"auths": {"r.example": {"auth": "dTpw"}}}
        self._auth_configs = docker.auth.load_config(config_dict=auths)

    def inspect_image(self, _name: str) -> dict[str, Any]:
        """It is here."""
        return {"Id": DIGEST}

    def push(self, repository: str, **options: Any) -> Iterator[dict[str, Any]]:
        """What the engine says."""
        self.asked = {"repository": repository, **options}
        return iter(self.messages)

    def call(self, said: list[str]) -> Call:
        """An operation on it."""
        return Call(self, said.append, said.append, threading.Event(), "urn", {})


def test_a_push_gives_the_digest() -> None:
    """And says each layer once, not each step of its way."""
    engine, said = Engine({"status": "Pushed", "id": "l1"}, {"aux": {"Digest": DIGEST}}), list[str]()
    assert pushed(engine.call(said), "r.example:5000/app", Login("u", "p")) == DIGEST
    assert (engine.asked["repository"], engine.asked["tag"]) == ("r.example:5000/app", "latest")
    assert engine.asked["auth_config"] == {"username": "u", "password": "p"}
    assert said[-1] == "l1: Pushed"
    assert push_lines({"status": "Pushing", "progressDetail": {"current": 1}, "id": "l1"}) == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("unauthorized: authentication required", "correct username and password"),
        ("dial tcp 10.0.0.1:443: connect: connection refused", "start it, or correct"),
        ("manifest invalid", "means what it meant before"),
    ],
)
def test_a_failed_push_says_what_to_do(error: str, words: str) -> None:
    """By what the registry or the network said, which is in the message, too."""
    with pytest.raises(ProviderFailure, match=words) as caught:
        pushed(Engine({"error": error}).call([]), "r.example/app", Login())
    assert error in str(caught.value)


def test_a_cancelled_push_ends() -> None:
    """At once, whatever the registry does."""
    call = Engine().call([])
    call.stop.set()
    with pytest.raises(Cancelled):
        pushed(call, "r.example/app", Login())


def test_what_docker_login_has_kept() -> None:
    """Is found by the registry's name; another registry gets nothing of it."""
    call = Engine().call([])
    assert of_host(call, "r.example") == Login("u", "p")
    assert of_host(call, "other.example") == Login()
    assert of_host(call, HUB) == Login()


@pytest.mark.parametrize(
    ("path", "value", "changed_path"),
    [
        ("registry.password", "q", None),
        ("registry.username", "v", None),
        ("registry.server", "https://r.example", "registry.server"),
        ("registry", None, "registry"),
        ("skipPush", True, "skipPush"),
    ],
)
def test_what_pushes_an_image_anew(path: str, value: Value, changed_path: str | None) -> None:
    """Another user or password does not, as the SDK says."""
    found = Image().changes(PUSHED, changed(PUSHED, path, value))
    assert [(each.path, each.replaces) for each in found] == ([(changed_path, False)] if changed_path else [])


@pytest.mark.parametrize(
    ("path", "value", "replaces"),
    [
        ("name", "r.example/app:2", True),
        ("triggers", {"a": "b"}, True),
        ("build", {"context": "."}, True),
        ("keepRemotely", True, False),
        ("insecureSkipVerify", True, False),
        ("authConfig.address", "http://r.example", False),
    ],
)
def test_what_takes_a_new_registry_image(path: str, value: Value, replaces: bool) -> None:
    """As the official schema has it."""
    (change,) = RegistryImage().changes(REGISTRY_IMAGE, changed(REGISTRY_IMAGE, path, value))
    assert (change.path, change.replaces) == (path, replaces)
    assert RegistryImage().changes(REGISTRY_IMAGE, {**REGISTRY_IMAGE, "keepRemotely": False}) == []


def test_credentials_of_another_registry_are_refused() -> None:
    """By name; what is not known yet, and the same registry in other words, is not."""

    def faults(inputs: Properties) -> list[str]:
        return [each.path for each in RegistryImage().faults(inputs)]

    assert (
        faults(REGISTRY_IMAGE)
        == faults(changed(REGISTRY_IMAGE, "authConfig.address", "https://r.example/"))
        == []
    )
    assert faults(changed(REGISTRY_IMAGE, "authConfig.address", "other.example")) == ["authConfig.address"]
    assert faults(changed(REGISTRY_IMAGE, "name", UNKNOWN)) == []
    assert faults({**REGISTRY_IMAGE, "build": {"context": "nowhere"}}) == ["build"]


def test_a_registry_image_is_not_imported() -> None:
    """Its identity does not tell its name; the message says what to do."""
    with pytest.raises(ProviderFailure, match="declare it without import_"):
        RegistryImage().read(DIGEST, {}, Engine().call([]))


def test_arguments_of_its_build() -> None:
    """The Dockerfile lies in the context; absent ones are the official defaults."""
    build: Properties = {"context": "app", "buildArgs": {"LEVEL": 3.0}, "labels": {"a": "b"}, "shmSize": 64.0}
    found = arguments("r.example/app", build)
    assert found["dockerfile"].endswith("/app/Dockerfile")
    assert (found["buildargs"], found["labels"], found["shmsize"]) == ({"LEVEL": "3"}, {"a": "b"}, 64)
    assert (found["rm"], found["forcerm"], found["nocache"], found["pull"]) == (True, False, False, False)

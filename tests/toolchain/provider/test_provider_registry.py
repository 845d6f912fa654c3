"""Pushes to a real registry: what comes of them, what goes wrong and how it is said."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pulumi
import pulumi_docker as sdk
import pytest

from tests.toolchain.provider import token_server
from tests.toolchain.provider.programs import encoded
from tests.toolchain.provider.registry_server import (
    BASIC,
    PASSWORD,
    USER,
    Pair,
    RegistryServer,
    built,
    serving,
)
from tests.toolchain.provider.token_server import giving_tokens
from tests.toolchain.provider.trial import Trial
from toolchain.provider.call import Call
from toolchain.provider.failure import Cancelled, ProviderFailure
from toolchain.provider.image import Image
from toolchain.provider.login import Login
from toolchain.provider.lookup import registry_image
from toolchain.provider.property_value import Properties
from toolchain.provider.push import pushed
from toolchain.provider.registry_image import RegistryImage

NOTHING: Properties = {}
pytestmark = pytest.mark.platform


@pytest.fixture(scope="module")
def registry_image_name(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's registry, built once."""
    with built(tmp_path_factory.mktemp("registry")) as name:
        yield name


@pytest.fixture(scope="module")
def open_registry(registry_image_name: str) -> Iterator[RegistryServer]:
    """One that takes everybody."""
    with serving(registry_image_name) as server:
        yield server


@pytest.fixture(scope="module")
def closed_registry(registry_image_name: str) -> Iterator[RegistryServer]:
    """One that wants a password."""
    with serving(registry_image_name, BASIC) as server:
        yield server


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """Files of a tiny image."""
    folder = tmp_path / "image"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY file /file\n")
    (folder / "file").write_text("one\n")
    return folder


class Hearing:
    """An operation, and what it said."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.stop = threading.Event()
        self.api: Any = docker.from_env().api

    def call(self, known: Properties = NOTHING) -> Call:
        """The operation on a resource that is known so."""
        return Call(self.api, self.said.append, self.said.append, self.stop, "urn", known)


def _auth(server: RegistryServer, password: str = PASSWORD) -> Properties:
    return {"address": f"{server.scheme}://{server.host}", "username": USER, "password": password}


def _build(context: Path) -> Properties:
    return {"context": str(context), "dockerfile": "Dockerfile"}


def _pushed(server: RegistryServer, context: Path, name: str, **more: Any) -> tuple[Properties, Any]:
    inputs: Properties = {"name": f"{server.host}/{name}", "build": _build(context), **more}
    return inputs, RegistryImage().create(inputs, Hearing().call())


def test_pushed_image_is_in_the_registry_until_it_goes(open_registry: RegistryServer, context: Path) -> None:
    """Its identity is its digest there; deleted it is gone, and so it reads; a second time is no error."""
    inputs, live = _pushed(open_registry, context, "team/app:1")
    assert live.id == live.computed["sha256Digest"] == open_registry.digest("team/app", "1")
    resource, call = RegistryImage(), Hearing().call(live.computed)
    seen = resource.read(live.id, inputs, call)
    assert seen is not None
    assert resource.changes(seen.inputs, inputs) == []
    found = registry_image({"name": inputs["name"]}, call)
    assert (found["id"], found["sha256Digest"]) == (live.id, live.id)
    for _ in range(2):
        resource.delete(live.id, inputs, call)
        assert open_registry.digest("team/app", "1") is None
    assert resource.read(live.id, inputs, call) is None
    with pytest.raises(ProviderFailure, match=r"has no image .*push it first"):
        registry_image({"name": inputs["name"]}, call)


def test_kept_image_stays(open_registry: RegistryServer, context: Path) -> None:
    """With keep_remotely nothing is asked of the registry."""
    inputs, live = _pushed(open_registry, context, "kept:1", keepRemotely=True)
    RegistryImage().delete(live.id, inputs, Hearing().call(live.computed))
    assert open_registry.digest("kept", "1") == live.id


def test_what_somebody_else_has_pushed_stays(open_registry: RegistryServer, context: Path) -> None:
    """A tag that means another image since is not deleted, and is seen by a refresh."""
    inputs, live = _pushed(open_registry, context, "shared:1")
    (context / "file").write_text("theirs\n")
    _, theirs = _pushed(open_registry, context, "shared:1")
    hearing = Hearing()
    seen = RegistryImage().read(live.id, inputs, hearing.call(live.computed))
    assert seen is not None
    assert seen.computed["sha256Digest"] == theirs.id != live.id
    RegistryImage().delete(live.id, inputs, hearing.call(live.computed))
    assert open_registry.digest("shared", "1") == theirs.id
    assert "pushed by somebody else" in hearing.said[-1]


def test_registry_that_does_not_delete(registry_image_name: str, context: Path) -> None:
    """It says so, with both ways out."""
    with serving(registry_image_name, deletes=False) as server:
        inputs, live = _pushed(server, context, "app:1")
        with pytest.raises(ProviderFailure, match=r"keep_remotely=True.*REGISTRY_STORAGE_DELETE_ENABLED"):
            RegistryImage().delete(live.id, inputs, Hearing().call(live.computed))
        assert server.digest("app", "1") == live.id


def test_certificate_that_nobody_trusts(registry_image_name: str, context: Path) -> None:
    """Refused with what to do; `insecure_skip_verify` looks past it."""
    with serving(registry_image_name, tls=Pair()) as server:
        inputs, live = _pushed(server, context, "app:1")
        with pytest.raises(ProviderFailure, match=r"does not trust.*ca\.crt.*insecure_skip_verify=True"):
            RegistryImage().read(live.id, inputs, Hearing().call())
        inputs["insecureSkipVerify"] = True
        assert RegistryImage().read(live.id, inputs, Hearing().call()) is not None
        RegistryImage().delete(live.id, inputs, Hearing().call(live.computed))
        assert server.digest("app", "1") is None


@pytest.mark.parametrize("login", ["wrong", "none"])
def test_wrong_password(closed_registry: RegistryServer, context: Path, login: str) -> None:
    """Push, look and deletion say what to do; the right one goes through."""
    auth = _auth(closed_registry, "wrong-password")
    given = {"authConfig": auth} if login == "wrong" else {}
    with pytest.raises(ProviderFailure, match=r"was not pushed.*refuses the user.*docker login") as caught:
        _pushed(closed_registry, context, "app:1", **given)
    assert "wrong-password" not in str(caught.value)
    inputs, live = _pushed(closed_registry, context, "app:1", authConfig=_auth(closed_registry))
    for act in (RegistryImage().read, RegistryImage().delete):
        with pytest.raises(ProviderFailure, match="refuses the user or the password") as caught:
            act(live.id, {"name": inputs["name"], **given}, Hearing().call(live.computed))
        assert "wrong-password" not in str(caught.value)
    RegistryImage().delete(live.id, inputs, Hearing().call(live.computed))
    assert closed_registry.digest("app", "1") is None


def test_registry_that_takes_tokens(registry_image_name: str, context: Path) -> None:
    """As Docker Hub does: the password goes to another server, which gives a token; a wrong one gets none."""
    pair = Pair()
    with (
        giving_tokens(pair) as realm,
        serving(registry_image_name, token_server.settings(realm), tokens=pair) as server,
    ):
        inputs, live = _pushed(server, context, "team/app:1", authConfig=_auth(server))
        call = Hearing().call(live.computed)
        wrong: Properties = {**inputs, "authConfig": _auth(server, "wrong-password")}
        with pytest.raises(ProviderFailure, match="refuses the user or the password"):
            RegistryImage().read(live.id, wrong, call)
        seen = RegistryImage().read(live.id, inputs, call)
        assert seen is not None
        assert seen.computed["sha256Digest"] == live.id
        RegistryImage().delete(live.id, inputs, call)
        assert RegistryImage().read(live.id, inputs, call) is None


def test_kept_login_of_the_host(
    closed_registry: RegistryServer, context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `docker login` has kept serves when the program gives nothing."""
    config = f'{{"auths": {{"{closed_registry.host}": {{"auth": "{encoded(f"{USER}:{PASSWORD}")}"}}}}}}'
    (tmp_path / "config.json").write_text(config)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    inputs, live = _pushed(closed_registry, context, "kept:1")
    assert closed_registry.digest("kept", "1") == live.id
    RegistryImage().delete(live.id, inputs, Hearing().call(live.computed))
    assert closed_registry.digest("kept", "1") is None


def test_registry_that_is_down(registry_image_name: str, context: Path) -> None:
    """Push, look and deletion say what to do, and a refresh does not take the image for gone."""
    with serving(registry_image_name) as server:
        inputs, live = _pushed(server, context, "app:1")
        server.stop()
        with pytest.raises(ProviderFailure, match=r"was not pushed.*does not answer.*start it"):
            _pushed(server, context, "app:1")
        for act in (RegistryImage().read, RegistryImage().delete):
            with pytest.raises(
                ProviderFailure, match=r"does not answer \(\[Errno 111\] Connection refused\)"
            ):
                act(live.id, inputs, Hearing().call(live.computed))
        hearing = Hearing()
        image: Properties = {"imageName": inputs["name"], "skipPush": False}
        known: Properties = {"repoDigest": f"{server.host}/app@{live.id}"}
        assert Image().read("id", image, hearing.call(known)) is not None
        assert "is not known" in hearing.said[-1]


def test_image_that_is_not_here(open_registry: RegistryServer) -> None:
    """Nothing is pushed, and the error says what to do first."""
    with pytest.raises(ProviderFailure, match=r"no image .*nothing was pushed: build it under this name"):
        pushed(Hearing().call(), f"{open_registry.host}/nothing:1", Login())


def test_cancelled_push(open_registry: RegistryServer, context: Path) -> None:
    """Ctrl-C ends it; the tag means what it meant."""
    _, live = _pushed(open_registry, context, "app:1")
    hearing = Hearing()
    hearing.stop.set()
    with pytest.raises(Cancelled, match="means what it meant before"):
        pushed(hearing.call(), f"{open_registry.host}/app:1", Login())
    assert open_registry.digest("app", "1") == live.id


def _program(server: RegistryServer, context: Path, password: str) -> Callable[[], object]:
    """An image that docker.Image pushes, and a second name of it that RegistryImage pushes."""

    def program() -> None:
        image = sdk.Image(
            "image",
            image_name=f"{server.host}/app:1",
            build=sdk.DockerBuildArgs(context=str(context), dockerfile=str(context / "Dockerfile")),
            registry=sdk.RegistryArgs(server=server.host, username=USER, password=password),
        )
        tag = sdk.Tag("tag", source_image=image.image_name, target_image=f"{server.host}/app:2")
        sdk.RegistryImage(
            "second",
            name=tag.target_image,
            auth_config=sdk.RegistryImageAuthConfigArgs(
                address=f"http://{server.host}", username=USER, password=password
            ),
        )
        pulumi.export("digest", image.repo_digest)

    return program


def test_password_is_nowhere(closed_registry: RegistryServer, context: Path, trial: Trial) -> None:
    """Right or wrong, and not marked by the program, it is in no file of Pulumi's and is never said."""
    wrong, right = "a-wrong-password", PASSWORD
    said = trial.fails(_program(closed_registry, context, wrong))
    assert "refuses the user or the password" in said
    trial.up(_program(closed_registry, context, right))
    named = trial.engine.api.inspect_image(f"{closed_registry.host}/app:1")["RepoDigests"]
    assert trial.resources()["image"]["outputs"]["repoDigest"] in named
    assert set(trial.preview(_program(closed_registry, context, right))) == {"same"}
    files = [path for path in trial.folder.rglob("*") if path.is_file() and "image" not in path.parts]
    kept = "".join(path.read_text(errors="replace") for path in files)
    assert closed_registry.host in kept
    for password in (wrong, right):
        assert password not in said + trial.said + kept
    trial.destroy()
    assert closed_registry.digest("app", "2") is None


def test_password_of_one_registry_is_not_given_to_another(trial: Trial, context: Path) -> None:
    """An address that the image's name does not have is refused before anything is done."""

    def program() -> None:
        sdk.Image(
            "image",
            image_name="team/app:1",
            build=sdk.DockerBuildArgs(context=str(context), dockerfile=str(context / "Dockerfile")),
            registry=sdk.RegistryArgs(server="registry.example", username=USER, password=PASSWORD),
        )

    said = trial.fails(program)
    assert "registry.server" in said
    assert "begin the image's name with registry.example/" in said
    assert PASSWORD not in said + trial.said

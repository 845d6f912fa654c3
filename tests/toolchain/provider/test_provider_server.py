"""The gRPC service itself, as the engine calls it, without a Docker daemon."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import docker
import pytest
from docker.errors import DockerException
from pulumi.runtime.proto import provider_pb2, status_pb2

from tests.toolchain.provider.examples import NETWORK, SERVICE, VOLUME
from tests.toolchain.provider.swarm_stub import refusal
from toolchain.provider import answer
from toolchain.provider.docker_host import DockerHost, explained
from toolchain.provider.failure import ProviderFailure
from toolchain.provider.property_value import UNKNOWN, Properties, Secret, read, write
from toolchain.provider.server import Provider

NETWORK_URN = "urn:pulumi:local::bem::docker:index/network:Network::net"


class Aborted(Exception):  # noqa: N818  # gRPC's word
    """The request ended with a status."""


class Context:
    """A gRPC context that raises."""

    def abort_with_status(self, status: answer.Status) -> NoReturn:
        """End the request."""
        raise Aborted(status.details)


def _provider() -> Any:
    return Provider("", threading.Event())


def _checked(urn: str, inputs: Properties) -> Any:
    request = provider_pb2.CheckRequest(urn=urn, news=write(inputs), olds=write({}), randomSeed=b"x")
    return _provider().Check(request, Context())


def test_check_completes_and_refuses() -> None:
    """Good inputs come back whole; a wrong one is named with its reason."""
    good = _checked(NETWORK_URN, NETWORK)
    assert (read(good.inputs), list(good.failures)) == (NETWORK, [])
    bad = _checked(NETWORK_URN, {**NETWORK, "colour": "red"})
    assert [failure.property for failure in bad.failures] == ["colour"]
    assert "is not implemented by this stand-in" in bad.failures[0].reason


def test_preview_needs_no_daemon() -> None:
    """Creating and updating in a preview say what is known, and reach for nothing."""
    provider = _provider()
    nowhere = write({"host": "unix:///nowhere/docker.sock"})
    provider.Configure(provider_pb2.ConfigureRequest(args=nowhere), Context())
    created = provider.Create(
        provider_pb2.CreateRequest(urn=NETWORK_URN, properties=write(NETWORK), preview=True), Context()
    )
    assert created.id == ""
    assert read(created.properties)["scope"] == UNKNOWN
    urn = NETWORK_URN.replace("network:Network", "service:Service")
    updated = provider.Update(
        provider_pb2.UpdateRequest(urn=urn, id="s", news=write(SERVICE), olds=write(SERVICE), preview=True),
        Context(),
    )
    assert read(updated.properties)["name"] == SERVICE["name"]


def test_without_a_daemon_the_error_says_what_to_do() -> None:
    """Outside of a preview the daemon is needed."""
    provider = _provider()
    provider.Configure(
        provider_pb2.ConfigureRequest(args=write({"host": "unix:///nowhere/docker.sock"})), Context()
    )
    urn = NETWORK_URN.replace("network:Network", "volume:Volume")
    request = provider_pb2.CreateRequest(urn=urn, properties=write(VOLUME))
    with pytest.raises(Aborted, match="daemon does not answer"):
        provider.Create(request, Context())


@pytest.mark.parametrize("kind", ["plugin:Plugin", "buildxBuilder:BuildxBuilder"])
def test_unknown_kinds_are_refused_by_name(kind: str) -> None:
    """A kind that only the official plugin has."""
    with pytest.raises(Aborted, match=f"docker:index/{kind} is not implemented"):
        _checked(NETWORK_URN.replace("network:Network", kind), {})


def test_functions_are_refused_by_name() -> None:
    """Look-ups that need a plugin are not implemented."""
    with pytest.raises(Aborted, match="getPlugin:getPlugin is not implemented"):
        _provider().Invoke(provider_pb2.InvokeRequest(tok="docker:index/getPlugin:getPlugin"), Context())


def test_half_done_keeps_secrets_secret() -> None:
    """The state of a service that did not come up goes to the engine with its marks."""
    status = answer.half_done("id", "why", {"env": {"PASSWORD": Secret("p")}}, {"a": "b"})
    carried = status_pb2.Status()
    carried.ParseFromString(status.trailing_metadata[0][1])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert carried.details[0].Unpack(detail)
    assert (detail.id, list(detail.reasons)) == ("id", ["why"])
    assert read(detail.properties) == {"env": {"PASSWORD": Secret("p")}}


def test_each_thread_has_a_client_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version is negotiated once; one thread keeps its client."""
    made: list[dict[str, Any]] = []

    class Client:
        api_version = "1.41"

        def __init__(self, **arguments: Any) -> None:
            made.append(arguments)

    monkeypatch.setattr(docker, "APIClient", Client)
    host, together = DockerHost("tcp://10.0.0.1:2375"), threading.Barrier(3)

    def ask() -> int:
        first = host.api
        together.wait()
        assert host.api is first
        return id(first)

    with ThreadPoolExecutor(3) as pool:
        clients = {future.result() for future in [pool.submit(ask) for _ in range(3)]}
    assert len(clients) == 3
    assert [arguments.get("version") for arguments in made] == [None, "1.41", "1.41"]
    assert {arguments["base_url"] for arguments in made} == {"tcp://10.0.0.1:2375"}


def test_a_daemon_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every thread hears of it, and a later one tries again."""

    def refuse(**_arguments: Any) -> None:
        raise DockerException("connection refused")

    monkeypatch.setattr(docker, "APIClient", refuse)
    host = DockerHost()
    for _ in range(2):
        with pytest.raises(ProviderFailure, match="connection refused"):
            _ = host.api


def test_dockers_errors_in_words() -> None:
    """A name that is taken says what to do; another refusal is Docker's own words."""
    assert "Another owner has this name" in explained(refusal(409, "network x already exists"))
    taken = 'Conflict. The container name "/x" is already in use by container "1".'
    assert "Another owner has this name" in explained(refusal(409, taken))
    assert explained(refusal(500, "no space left")) == "Docker refused: no space left"

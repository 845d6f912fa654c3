"""The provider's process: what it does without at its start, and what it waits for at its end."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import docker
import grpc
import pytest
from docker.errors import NotFound
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from toolchain.provider import docker_sdk
from toolchain.provider.property_value import write

SECONDS = 30.0
CONFIG_URN = "urn:pulumi:local::bem::docker:index/serviceConfig:ServiceConfig::it"
COMPARED = """\
import sys, threading
from toolchain.language_host import stubs
stubs.hollow("pulumi", "pulumi.runtime")
from pulumi.runtime.proto import provider_pb2
from toolchain.provider import docker_sdk
from toolchain.provider.property_value import write
from toolchain.provider.server import Provider
loaded = lambda: bool({"docker", "requests"} & set(sys.modules))
provider, inputs = Provider("", threading.Event()), write({"name": "it", "data": "YQ=="})
given = {"urn": sys.argv[1], "news": inputs}
provider.Check(provider_pb2.CheckRequest(**given, olds=inputs), None)
provider.Diff(provider_pb2.DiffRequest(**given, old_inputs=inputs), None)
compared = loaded()
docker_sdk.NotFound
print(compared, loaded())
"""


class Daemon(ThreadingHTTPServer):
    """A Docker daemon that lets a creation wait.

    Attributes:
        asked: set when a config is to be made.
        go_on: set by the test, to let it be made.
        inspected: set when the provider looks at what was made, which is its last request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.asked, self.go_on, self.inspected = threading.Event(), threading.Event(), threading.Event()


class Request(BaseHTTPRequestHandler):
    """One request to the daemon."""

    server: Daemon

    def do_GET(self) -> None:
        """The version, or the config."""
        if "/configs/" in self.path:
            self.server.inspected.set()
            self._say(b'{"ID": "id", "Spec": {"Name": "it", "Data": "YQ=="}}')
        else:
            self._say(b'{"ApiVersion": "1.41"}')

    def do_POST(self) -> None:
        """A config, when the test lets it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.set()
        self.server.go_on.wait(SECONDS)
        self._say(b'{"ID": "id"}', 201)

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _say(self, text: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    """A daemon of the test's own."""
    with Daemon() as made:
        serving = threading.Thread(target=made.serve_forever)
        serving.start()
        yield made
        made.go_on.set()
        made.shutdown()
        serving.join()


@pytest.fixture
def process(daemon: Daemon) -> Iterator["subprocess.Popen[str]"]:
    """The provider as the engine starts it."""
    address = f"tcp://127.0.0.1:{daemon.server_port}"
    with subprocess.Popen(
        (sys.executable, "-m", "toolchain.provider"),
        env={**os.environ, "DOCKER_HOST": address},
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        yield started
        started.kill()


def test_comparing_imports_no_docker_sdk() -> None:
    """A check and a comparison, all that an `up` with nothing to do asks for; the first use imports it."""
    argv = (sys.executable, "-c", COMPARED, CONFIG_URN)
    done = subprocess.run(argv, capture_output=True, text=True, timeout=SECONDS, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_names_are_the_sdks_own() -> None:
    """Threads that ask at once all get the whole class; a name that the provider does not use is refused."""
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: docker_sdk.NotFound, range(8)))
    assert (found, docker_sdk.APIClient) == ({NotFound}, docker.APIClient)
    with pytest.raises(AttributeError, match="DockerClient"):
        _ = docker_sdk.DockerClient


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_idle_provider_ends_when_told(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """Both signals, with success."""
    _port(process)
    process.send_signal(number)
    assert process.wait(SECONDS) == 0


@pytest.mark.slow
def test_what_was_begun_is_ended(process: "subprocess.Popen[str]", daemon: Daemon) -> None:
    """A config that Docker is making when the end comes: the provider sees it through, and then leaves."""
    request = provider_pb2.CreateRequest(urn=CONFIG_URN, properties=write({"name": "it", "data": "YQ=="}))
    with grpc.insecure_channel(f"127.0.0.1:{_port(process)}") as channel:
        answer = provider_pb2_grpc.ResourceProviderStub(channel).Create.future(request)
        assert daemon.asked.wait(SECONDS)
        process.send_signal(signal.SIGINT)
        assert answer.exception(SECONDS) is not None, "the engine is not kept waiting"
    assert (process.poll(), daemon.inspected.is_set()) == (None, False)
    daemon.go_on.set()
    assert process.wait(SECONDS) == 0
    assert daemon.inspected.is_set()


def _port(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())

"""The host as the engine sees it: a program that prints a port, answers, and ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from toolchain.plugins import STAND_INS
from toolchain.version import PULUMI

SECONDS = 20.0


class Host:
    """A running host."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            (STAND_INS / "pulumi-language-python", *words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.channel = grpc.insecure_channel(f"127.0.0.1:{int(self.process.stdout.readline())}")
        self.stub: Any = language_pb2_grpc.LanguageRuntimeStub(self.channel)


@pytest.fixture
def host() -> Iterator[Host]:
    """A host, started as the engine does when it logs."""
    running = Host("--logtostderr", "-v=9", "--tracing", "x", "127.0.0.1:1")
    with running.process, running.channel:
        yield running
        running.process.kill()


def info(folder: Path, **options: str) -> Any:
    """A project with these runtime options; this very Python's environment when none is given."""
    values = struct_pb2.Struct()
    values.update(options or {"virtualenv": sys.prefix})
    return language_pb2.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point=".", options=values
    )


def test_what_the_host_is(host: Host, tmp_path: Path) -> None:
    """Its release, and the Python of a project."""
    assert host.stub.GetPluginInfo(empty_pb2.Empty()).version == PULUMI
    about = host.stub.About(language_pb2.AboutRequest(info=info(tmp_path)))
    assert about.executable == str(Path(sys.prefix, "bin", "python"))
    host.stub.Handshake(language_pb2.LanguageHandshakeRequest(engine_address="127.0.0.1:2"))


def test_packages_and_plugins(host: Host, tmp_path: Path) -> None:
    """The docker plugin is named; what another package brings is left out unless asked for."""
    answer = host.stub.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=info(tmp_path)))
    assert [(each.name, each.kind, each.version) for each in answer.packages] == [
        ("docker", "resource", "v5.2.0")
    ]
    requests = (
        language_pb2.GetProgramDependenciesRequest(info=info(tmp_path), transitiveDependencies=transitive)
        for transitive in (True, False)
    )
    every, top = (
        {each.name for each in host.stub.GetProgramDependencies(one).dependencies} for one in requests
    )
    assert {"pulumi", "pulumi-docker"} <= every
    assert "pulumi-docker" in top
    assert "grpcio" not in top


def test_project_without_a_python_is_refused(host: Host, tmp_path: Path) -> None:
    """In the words of the failure, whatever is asked; a run says it in its answer."""
    project = info(tmp_path, virtualenv="none")
    with pytest.raises(grpc.RpcError) as caught:
        host.stub.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=project))
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert f"python3 -m venv {tmp_path}/none" in caught.value.details()
    answer = host.stub.Run(language_pb2.RunRequest(info=project, pwd=str(tmp_path)))
    assert "none does not exist" in answer.error
    assert not answer.bail  # the engine of this test cannot show it


def test_what_is_missing_says_so(host: Host) -> None:
    """The engine knows what to do without it."""
    with pytest.raises(grpc.RpcError) as caught:
        host.stub.Pack(language_pb2.PackRequest())
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_plugin_runs(host: Host, tmp_path: Path) -> None:
    """What it prints, and its exit status; its environment is the engine's."""
    (tmp_path / "__main__.py").write_text(
        "import os, sys\nprint(os.environ['GIVEN'], sys.argv[1:])\n"
        "print('no', file=sys.stderr)\nsys.exit(5)\n"
    )
    request = language_pb2.RunPluginRequest(
        pwd=str(tmp_path), info=info(tmp_path), args=["a"], env=["GIVEN=x=y"]
    )
    answers = list(host.stub.RunPlugin(request))
    assert b"".join(each.stdout for each in answers) == b"x=y ['a']\n"
    assert b"".join(each.stderr for each in answers) == b"no\n"
    assert answers[-1].exitcode == 5


def test_installation(host: Host, tmp_path: Path) -> None:
    """Nothing asked for is soon done; a failure of pip is one."""
    request = language_pb2.InstallDependenciesRequest(info=info(tmp_path), directory=str(tmp_path))
    assert list(host.stub.InstallDependencies(request)) == []
    (tmp_path / "requirements.txt").write_text("./none-of-that\n")
    assert "failed with status 1: " in refused(host.stub.InstallDependencies(request))
    request.info.options.update({"toolchain": "uv"})
    assert "runtime.options.toolchain: 'uv' is not known" in refused(host.stub.InstallDependencies(request))


def refused(answers: Any) -> str:
    """What an installation that fails prints; its error is short, for the CLI shows it three times."""
    printed: list[bytes] = []
    with pytest.raises(grpc.RpcError) as caught:
        printed.extend(answer.stdout for answer in answers)
    assert caught.value.details() == "the reason stands above"
    return b"".join(printed).decode()


def test_host_ends_with_the_engine(host: Host) -> None:
    """The engine holds the host's standard input."""
    assert host.process.stdin is not None
    host.process.stdin.close()
    assert host.process.wait(SECONDS) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_host_ends_by_signal(host: Host, number: int) -> None:
    """The engine sends an interrupt, a person may send the other."""
    host.process.send_signal(number)
    assert host.process.wait(SECONDS) == 0


def test_plugin_ends_when_the_engine_cancels(host: Host, tmp_path: Path) -> None:
    """It is interrupted and cleans up; nothing new starts afterwards."""
    (tmp_path / "__main__.py").write_text(
        "import signal, sys\ntry:\n    print('up', flush=True)\n    signal.pause()\n"
        "except KeyboardInterrupt:\n    print('down', flush=True)\n    sys.exit(9)\n"
    )
    request = language_pb2.RunPluginRequest(pwd=str(tmp_path), info=info(tmp_path))
    answers = host.stub.RunPlugin(request)
    assert next(answers).stdout.startswith(b"up")
    host.stub.Cancel(empty_pb2.Empty())
    rest = list(answers)
    assert b"down" in b"".join(each.stdout for each in rest)
    assert rest[-1].exitcode == 9
    with pytest.raises(grpc.RpcError, match="is ending"):
        list(host.stub.RunPlugin(request))

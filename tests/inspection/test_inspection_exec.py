"""A command in a container: a real container, the real command line, a real terminal."""

import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

from infra.parties import API
from inspection.execution import program, replica_of
from operation import audit
from operation.failure import Failure
from operation.stack import ROOT, Stack
from tests.inspection.conftest import Said

Invoke = Callable[..., Said]
SLEEP = "86421"


@pytest.fixture(scope="module")
def api(replica: Callable[[str, int], Any]) -> Any:
    """Replica 2 of the api; there is no other."""
    return replica("api", 2)


def sleeping(container: Any) -> bool:
    """Whether the command that a test interrupts runs in the container."""
    return any(SLEEP in row[-1] for row in container.top()["Processes"])


def until(condition: Callable[[], bool]) -> None:
    """Waits for it, half a minute at most."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_what_is_said_and_how_it_ends(stack: Stack, api: Any, invoke: Invoke) -> None:
    """Output and error apart, the exit status passed on, and no word of it in the audit log."""
    assert api
    said = invoke("exec", "api", "--", "sh", "-c", "echo out; echo err >&2; exit 7", "s3cret")
    assert (said.returncode, said.stdout, said.stderr) == (7, "out\n", "err\n")
    entry = audit.entries(stack)[-1]
    assert (entry.what, entry.outcome, entry.who) == ("exec api sh", "failed", audit.actor())
    assert "s3cret" not in entry.model_dump_json()


@pytest.mark.slow
def test_words_are_handed_on(api: Any, invoke: Invoke) -> None:
    """As they were typed: spaces and options are the command's; what comes in is its input."""
    assert api
    assert invoke("exec", "api", "--", "printf", "%s|", "a  b", "--help").stdout == "a  b|--help|"
    assert (
        invoke("exec", "api", "--user", "1234", "--", "sh", "-c", "id -u; cat", given="x\n").stdout
        == "1234\nx\n"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("exec", "api"), "nothing to execute"),
        (("exec", "api", "--replica", "1", "--", "id"), "on this host run: 2"),
        (("exec", "database", "--", "id"), "none runs here"),
        (("exec", "migrations", "--", "id"), "is a job"),
        (("exec", "apy", "--", "id"), "there is no service 'apy'"),
    ],
)
def test_what_cannot_be_meant(words: tuple[str, ...], told: str, api: Any, invoke: Invoke) -> None:
    """Refused with exit status 2."""
    assert api
    said = invoke(*words)
    assert said.returncode == 2
    assert told in said.stderr


def test_ctrl_c_ends_it_in_the_container(api: Any, environment: dict[str, str]) -> None:
    """Without a terminal, where nothing but our process hears of it."""
    argv = ("invoke", "exec", "api", "--", "sleep", SLEEP)
    with subprocess.Popen(argv, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL) as running:
        until(lambda: sleeping(api))
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130
    assert not sleeping(api)


def test_terminal_is_a_terminal(api: Any, environment: dict[str, str]) -> None:
    """Its size is the person's, and Ctrl-C reaches the command as a key."""
    assert api
    told = b""
    argv = (
        "invoke",
        "exec",
        "api",
        "--",
        "sh",
        "-c",
        "trap 'echo caught; exit 5' INT; tty; stty size; sleep 60 & wait",
    )
    child, descriptor = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execvpe(argv[0], argv, environment)  # noqa: S606  # the child of a terminal
    os.set_blocking(descriptor, False)
    deadline = time.monotonic() + 30
    while b"/dev/pts" not in told and time.monotonic() < deadline:
        told += piece(descriptor)
    os.write(descriptor, b"\x03")
    while b"caught" not in told and time.monotonic() < deadline:
        told += piece(descriptor)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 5
    assert b"caught" in told


def piece(descriptor: int) -> bytes:
    """What the terminal shows next; nothing when it says nothing for a moment, or has ended."""
    try:
        return os.read(descriptor, 4096) if select.select([descriptor], [], [], 0.5)[0] else b""
    except OSError:
        return b""


class Task:
    """A container of a replica."""

    def __init__(self, number: int) -> None:
        self.labels = {"com.docker.swarm.task.name": f"s_api.{number}.abc"}


def test_replica_is_the_lowest_or_the_one_named() -> None:
    """And one that is not there is refused."""
    found = [Task(3), Task(2)]
    assert replica_of(found, API, 0) is found[1]
    assert replica_of(found, API, 3) is found[0]
    with pytest.raises(Failure) as refused:
        replica_of(found, API, 4)
    assert refused.value.exit_code == 2


def test_only_the_program_s_name_is_written_down() -> None:
    """No folder, no control character, no novel."""
    assert program(["/usr/bin/psql", "password=x"]) == "psql"
    assert program(["a\x1b\n" + "b" * 99]) == "a" + "b" * 63

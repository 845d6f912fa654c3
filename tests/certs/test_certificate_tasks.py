"""The tasks: what they print, when they fail, and a renewal that only a handshake ends."""

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pytest
from invoke.context import Context
from invoke.tasks import Task

from certs import tasks
from certs.desk import console, table
from certs.endpoints import endpoint, swarm
from certs.endpoints.endpoint import Endpoint, Finding
from certs.pairs.profile import Profile
from certs.pairs.store import certificate, ensure
from certs.serving import renewal
from operation import audit
from operation.failure import Failure
from operation.stack import Stack
from tests.certs.conftest import Ask, Clock, Files, Serve

CHECKOUT = Path(__file__).resolve().parents[2]
LIGHT = """
import sys
import certs.tasks
print([name for name in ("cryptography", "pydantic", "pulumi", "docker", "rich") if name in sys.modules])
"""
Asking = Callable[..., None]


@pytest.fixture(autouse=True)
def named(stack: Stack) -> Iterator[None]:
    """Whatever name is given, the test's stack is meant."""
    with mock.patch.object(console, "stack_named", return_value=stack):
        yield


@pytest.fixture
def asking() -> Iterator[Asking]:
    """Sets the endpoints that exist, all asked from this host."""
    with ExitStack() as patches:

        def only(*endpoints: Endpoint) -> None:
            patches.enter_context(mock.patch.object(endpoint, "client"))
            patches.enter_context(mock.patch.object(swarm, "findings", return_value=[]))
            patches.enter_context(mock.patch.object(endpoint, "endpoints", return_value=endpoints))

        yield only


def test_module_is_light() -> None:
    """`invoke --list` does not wait for cryptography, pydantic, Pulumi, Docker or rich."""
    argv = [sys.executable, "-c", LIGHT]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", list(tasks.collection.tasks))
def test_every_argument_has_help(name: str) -> None:
    """No argument without its help, no task without an example."""
    task = tasks.collection[name]
    arguments = set(inspect.signature(task.body).parameters) - {"_context"}
    assert set(task.help) == arguments
    assert {"stack", "json"} <= arguments
    assert re.search(rf"Examples?: invoke certs.{name}", task.__doc__ or "")


def test_check_is_the_default() -> None:
    """`invoke certs` checks."""
    assert isinstance(tasks.collection[tasks.collection.default or ""], Task)
    assert tasks.collection.default == "check"


def test_check_tells_what_is_served(
    stack: Stack, ask: Ask, files: Files, serve: Serve, asking: Asking, capsys: pytest.CaptureFixture[str]
) -> None:
    """With good certificates the task ends well and prints them."""
    leaf = ensure(stack, ask())
    asking(Endpoint("api", serve(files(leaf)), "api", inside=False))
    tasks.check(Context(), json=True)
    rows = json.loads(capsys.readouterr().out)
    assert [(row["party"], row["serial"], row["fault"], row["stale"]) for row in rows] == [
        ("api", leaf.serial, "", False)
    ]
    tasks.check(Context())
    line = capsys.readouterr().out.splitlines()[-1]
    assert [word in line for word in ("api", leaf.serial[:12], "90.0", "good")] == [True] * 4


def test_a_person_is_spared_the_ids_of_tasks(capsys: pytest.CaptureFixture[str]) -> None:
    """A container of Swarm is shown by service and number; a program gets its whole name."""
    name = "local_api.2.qkfnb8vhqw9l7qyz0j5np6kas:8443"
    found = table.of_findings([Finding("api", name, None, "no answer")])
    found.show(as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["where"] == name
    found.show(as_json=False)
    assert "local_api.2:8443" in capsys.readouterr().out


BAD = [(100, "api", "expired"), (85, "api", "only 5.0 days left"), (0, "other", "does not verify")]


@pytest.mark.parametrize("bad", BAD)
def test_check_fails_for_a_bad_certificate(
    stack: Stack,
    ask: Ask,
    files: Files,
    serve: Serve,
    asking: Asking,
    clock: Clock,
    capsys: pytest.CaptureFixture[str],
    bad: tuple[int, str, str],
) -> None:
    """Expired, nearly so, or unverified: all rows are printed, then one failure names the faults."""
    age, name, fault = bad
    with clock(-age):
        leaf = ensure(stack, ask(days=90))
    asking(Endpoint("api", serve(files(leaf)), name, inside=False))
    with pytest.raises(Failure, match=fault) as caught:
        tasks.check(Context(), json=True)
    assert caught.value.exit_code == 1
    assert json.loads(capsys.readouterr().out)[0]["serial"] == leaf.serial


def test_show_lists_the_store(stack: Stack, ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    """Each party has its row; one by name when asked; never a key."""
    ensure(stack, ask())
    ensure(stack, ask(party="database", common_name="database"))
    tasks.show(Context(), json=True)
    assert [row["party"] for row in json.loads(capsys.readouterr().out)] == ["api", "database"]
    tasks.show(Context(), party="database")
    shown = capsys.readouterr().out
    assert "database" in shown
    assert "bem_api" not in shown
    assert "PRIVATE" not in shown


def test_show_of_nobody_is_refused(stack: Stack, ask: Ask) -> None:
    """A party that does not exist is input to be corrected."""
    ensure(stack, ask())
    with pytest.raises(Failure, match="no party 'nobody'") as caught:
        tasks.show(Context(), party="nobody")
    assert caught.value.exit_code == 2


@dataclass
class Container:
    """Stands for a container; takes the stored pair when it gets the signal that its server knows."""

    stack: Stack
    folder: Path
    hears: str = ""
    name: str = "crt-container"
    id: str = "1"
    image: mock.Mock = field(default_factory=mock.Mock)
    signals: list[str] = field(default_factory=list)
    stopped: bool = False

    def kill(self, signal: str) -> None:
        """Gets a signal."""
        self.signals.append(signal)
        if signal == self.hears:
            self.take()

    def stop(self, timeout: int) -> None:
        """Ends; Swarm starts a successor, which reads the present pair."""
        assert timeout
        self.stopped = True
        self.take()

    def take(self) -> None:
        """Reads the pair that was delivered last."""
        kept = self.stack.folder / "certs" / "api"
        for name in ("key.pem", "cert.pem"):
            (self.folder / name).write_bytes((kept / name).read_bytes())


@pytest.fixture
def running(stack: Stack) -> Iterator[Callable[[Container], None]]:
    """Makes a container the one that runs, deliveries those of the local store, and waits short."""
    with ExitStack() as patches:

        def runs(container: Container) -> None:
            def found(*_: object) -> list[Container]:
                return [Container(stack, container.folder, id="2")] if container.stopped else [container]

            def deliver(stack: Stack, profile: Profile, *_: object, renew: bool) -> str:
                return ensure(stack, profile, renew=renew).serial

            for name, replacement in (
                ("containers", found),
                ("deliver", deliver),
                ("TAKEN", 0.5),
                ("REPLACED", 2.0),
            ):
                patches.enter_context(mock.patch.object(renewal, name, replacement))

        yield runs


def served_by(port: int) -> Sequence[Endpoint]:
    """The party's endpoint, asked from the host."""
    return (Endpoint("api", port, "api", inside=False),)


@pytest.mark.parametrize("hears", ["SIGHUP", ""])
def test_renewal_ends_with_a_handshake(
    stack: Stack,
    ask: Ask,
    files: Files,
    serve: Serve,
    asking: Asking,
    running: Callable[[Container], None],
    monkeypatch: pytest.MonkeyPatch,
    hears: str,
) -> None:
    """A server that takes the signal keeps its container; one that reads nothing again is replaced."""
    first = ensure(stack, ask())
    container = Container(stack, files(first), hears)
    running(container)
    asking(*served_by(serve(container.folder)))
    if hears:
        monkeypatch.setitem(renewal.SIGNALS, "api", hears)
    tasks.renew(Context(), party="api", json=True)
    kept = certificate(stack, "api")
    assert kept is not None
    assert kept.serial_number != first.certificate.serial_number
    assert (container.signals, container.stopped) == ([hears] if hears else [], not hears)
    line = audit.entries(stack)[-1]
    assert (line.what, line.outcome, line.detail) == ("certs.renew", "succeeded", "api")


def test_renewal_that_is_not_taken_fails(
    stack: Stack,
    ask: Ask,
    files: Files,
    serve: Serve,
    asking: Asking,
    running: Callable[[Container], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that goes on showing its old certificate fails the renewal; the audit log has it."""
    container = Container(stack, files(ensure(stack, ask())))
    running(container)
    asking(*served_by(serve(container.folder)))
    monkeypatch.setattr(renewal, "REPLACEABLE", ())
    with pytest.raises(Failure, match="goes on showing another certificate"):
        tasks.renew(Context(), party="api", json=True)
    assert audit.entries(stack)[-1].outcome == "failed"


@pytest.mark.parametrize("way", [{}, {"all": True, "due": True}, {"party": "api", "all": True}])
def test_renewal_wants_one_choice(stack: Stack, ask: Ask, way: dict[str, bool]) -> None:
    """No choice, or two, is refused before anything is touched."""
    ensure(stack, ask())
    with pytest.raises(Failure, match="which certificates") as caught:
        tasks.renew(Context(), **way)
    assert caught.value.exit_code == 2


def test_renewal_of_nobody_is_refused(stack: Stack, ask: Ask) -> None:
    """A party that does not exist is named, with those that do."""
    ensure(stack, ask())
    with pytest.raises(Failure, match="no party 'nobody'") as caught:
        tasks.renew(Context(), party="nobody")
    assert "api" in caught.value.remedy


def test_renewals_are_spread(stack: Stack, ask: Ask, clock: Clock) -> None:
    """Of twenty that were issued at once some are due three days before a third is left, and all then."""
    with clock(-58.5):
        for number in range(20):
            ensure(stack, ask(party=f"party-{number}", days=90))
    early = len(renewal.chosen(stack, "", every=False, due=True))
    assert 0 < early < 20
    with clock(1.6):
        assert len(renewal.chosen(stack, "", every=False, due=True)) == 20
    with clock(-2):
        assert renewal.chosen(stack, "", every=False, due=True) == []


def test_due_are_those_with_a_third_left(stack: Stack, ask: Ask, clock: Clock) -> None:
    """`--due` takes the old one and leaves the young one; `--all` takes both."""
    with clock(-70):
        ensure(stack, ask(days=90))
    ensure(stack, ask(party="database", days=90))
    assert [each.party for each in renewal.chosen(stack, "", every=False, due=True)] == ["api"]
    assert [each.party for each in renewal.chosen(stack, "", every=True, due=False)] == ["api", "database"]


def test_nothing_due_is_unchanged(stack: Stack, ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    """With nothing due the task ends well, says so in the audit log, and changes nothing."""
    first = ensure(stack, ask())
    tasks.renew(Context(), due=True, json=True)
    assert json.loads(capsys.readouterr().out) == []
    assert audit.entries(stack)[-1].outcome == "unchanged"
    assert ensure(stack, ask()).serial == first.serial

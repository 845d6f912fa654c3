from typing import Any

import pytest
from docker.errors import APIError, NotFound

from backups import switch
from operation.failure import Failure
from operation.stack import Stack

OLD, NEW = "bk-test_database-g2", "bk-test_database-g3"


class Found:
    """A container as the Docker SDK gives it."""

    def __init__(self, volume: str, health: str = "healthy", *, running: bool = True) -> None:
        self.attrs = {
            "Mounts": [{"Name": "certs"}, {"Name": volume}],
            "State": {"Running": running, "Health": {"Status": health}},
        }

    def logs(self, **_: Any) -> bytes:
        """Its last words."""
        return b"database: the data volume is empty\n"


class Stopping:
    """A container that is told to stop."""

    def __init__(self, told: list[str], signal: str | None, *, ended: bool = False) -> None:
        self.attrs = {"Config": {} if signal is None else {"StopSignal": signal}}
        self._told, self._ended = told, ended

    def kill(self, signal: str) -> None:
        """Takes note of it."""
        self._told.append(signal)
        if self._ended:
            message = "is not running"
            raise APIError(message)


class Engine:
    """Stands for Swarm: the database's service, and its tasks with their containers."""

    def __init__(self) -> None:
        self.api = self.containers = self
        self.tasks_of: list[dict[str, Any]] = []
        self.found: dict[str, Found] = {}
        self.conflicts = 0
        self.posted: list[dict[str, Any]] = []

    def task(  # what Swarm says of one
        self, name: str, found: Found | None, wanted: str = "running", error: str = "", volume: str = NEW
    ) -> None:
        """Adds a task, newer than those before."""
        state = "failed" if error else "running"
        status = {"ContainerStatus": {"ContainerID": name}, "Err": error, "State": state}
        created = f"2026-11-24T12:00:{len(self.tasks_of):02}"
        spec = {"ContainerSpec": {"Mounts": [{"Target": "/cluster", "Source": volume}]}}
        self.tasks_of.append(
            {"ID": name, "CreatedAt": created, "DesiredState": wanted, "Status": status, "Spec": spec}
        )
        if found is not None:
            self.found[name] = found

    def tasks(self, filters: dict[str, str]) -> list[dict[str, Any]]:
        """By the state that Swarm wants."""
        wanted = filters.get("desired-state")
        return [each for each in self.tasks_of if wanted in {None, each["DesiredState"]}]

    def get(self, name: str) -> Found:
        """One container."""
        if name not in self.found:
            raise NotFound(name)
        return self.found[name]

    def inspect_service(self, _name: str) -> dict[str, Any]:
        """The service's specification."""
        mounts = [{"Target": "/certs", "Source": "certs"}, {"Target": "/cluster", "Source": OLD}]
        return {
            "ID": "s1",
            "Version": {"Index": 7},
            "Spec": {"TaskTemplate": {"ContainerSpec": {"Mounts": mounts}}, "Mode": {}},
        }

    def _url(self, path: str, name: str) -> str:
        return path.format(name)

    def _post_json(self, url: str, data: dict[str, Any], params: dict[str, Any]) -> int:
        if self.conflicts:
            self.conflicts -= 1
            message = "update out of sequence"
            raise APIError(message)
        self.posted.append({"url": url, "data": data, "params": params})
        return 200

    def _raise_for_status(self, _status: int) -> None:
        return


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A Swarm in the place of Docker; nothing is waited for long."""
    found = Engine()
    monkeypatch.setattr(switch, "client", lambda: found)
    monkeypatch.setattr("operation.patience.POLL", 0.001)
    monkeypatch.setattr(switch, "START_SECONDS", 0.02)
    return found


def test_start_moves_the_mount_and_waits_for_health(stack: Stack, engine: Engine) -> None:
    """The container of the new task is given."""
    engine.task("c1", Found(NEW))
    assert switch.start_database(stack, NEW) is engine.found["c1"]
    (posted,) = engine.posted
    assert posted["params"] == {"version": 7}
    assert posted["data"]["Mode"] == {"Replicated": {"Replicas": 1}}
    mounts = posted["data"]["TaskTemplate"]["ContainerSpec"]["Mounts"]
    assert [mount["Source"] for mount in mounts] == ["certs", NEW]


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (Found(NEW), "shutdown"),
        (Found(OLD), "running"),
        (Found(NEW, "starting"), "running"),
        (Found(NEW, running=False), "running"),
        (None, "running"),
    ],
)
def test_start_takes_no_other_container_for_it(
    stack: Stack, engine: Engine, found: Found | None, wanted: str
) -> None:
    """One that is just stopping, on another volume, not healthy, ended or gone does not count."""
    engine.task("c1", found, wanted, error="task: non-zero exit (1)")
    with pytest.raises(Failure, match=r"start on volume bk-test_database-g3 did not happen") as failed:
        switch.start_database(stack, NEW)
    assert "task: non-zero exit (1)" in failed.value.what
    if found is not None:
        assert "the data volume is empty" in failed.value.what


class Flapping(Engine):
    """Each look at its tasks finds another one whose server has ended; Swarm remembers the last three."""

    volume = NEW

    def tasks(self, filters: dict[str, str]) -> list[dict[str, Any]]:
        """By the state that Swarm wants."""
        if self.posted:
            number = len(self.tasks_of)
            self.task(f"c{number}", Found(NEW, running=False), "shutdown", "exit (1)", self.volume)
        return super().tasks(filters)[-3:]


def test_a_server_that_ends_again_and_again_is_not_waited_for(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last words are told within seconds."""
    engine = Flapping()
    monkeypatch.setattr(switch, "client", lambda: engine)
    monkeypatch.setattr("operation.patience.POLL", 0.001)
    with pytest.raises(Failure, match=r"the database ended \d times on volume bk-test_database-g3") as failed:
        switch.start_database(stack, NEW)
    assert "the data volume is empty" in failed.value.what


def test_failures_on_another_volume_do_not_count(
    stack: Stack, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead database still flaps on the old one."""
    flapping = Flapping()
    flapping.volume = OLD
    monkeypatch.setattr(switch, "client", lambda: flapping)
    with pytest.raises(Failure, match="did not happen within"):
        switch.start_database(stack, NEW)
    assert not engine.posted


@pytest.mark.parametrize(("declared", "wanted"), [("SIGINT", "SIGINT"), ("", "SIGTERM"), (None, "SIGTERM")])
def test_stop_is_told_at_once(
    stack: Stack, engine: Engine, monkeypatch: pytest.MonkeyPatch, declared: str | None, wanted: str
) -> None:
    """Behind the order to Swarm, by the signal that is declared; one that has just ended is no error."""
    told: list[str] = []
    running = [Stopping(told, declared), Stopping(told, declared, ended=True)]
    monkeypatch.setattr(switch, "containers", lambda *_: [] if told else running)
    switch.stop_database(stack)
    assert engine.posted[0]["data"]["Mode"] == {"Replicated": {"Replicas": 0}}
    assert told == [wanted, wanted]


def test_start_that_says_nothing_is_told_too(stack: Stack, engine: Engine) -> None:
    """No task at all."""
    with pytest.raises(Failure, match="it said nothing"):
        switch.start_database(stack, NEW)
    assert engine.posted


def test_update_is_tried_again_when_another_came_first(stack: Stack, engine: Engine) -> None:
    """Swarm counts versions; with the new one it goes."""
    engine.conflicts = 2
    switch.update(stack, 0, "")
    assert len(engine.posted) == 1


@pytest.mark.slow
def test_update_that_never_comes_through_is_an_error(stack: Stack, engine: Engine) -> None:
    """It is not tried for ever."""
    engine.conflicts = 100
    with pytest.raises(APIError):
        switch.update(stack, 0, "")


def test_serving_volume_is_the_service_s(
    stack: Stack, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty where there is no service."""
    assert switch.serving_volume(stack) == OLD

    def missing(_name: str) -> dict[str, Any]:
        raise NotFound("service")

    monkeypatch.setattr(engine, "inspect_service", missing)
    assert switch.serving_volume(stack) == ""


def answering(monkeypatch: pytest.MonkeyPatch, *answers: str | None) -> None:
    """Lets the one container answer so, look by look; None is an error."""
    left = list(answers)

    def query(_target: Any, _sql: str) -> str:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if answer is None:
            message = "the database system is starting up"
            raise Failure(message)
        return answer

    monkeypatch.setattr(switch, "containers", lambda *_: ["c1"])
    monkeypatch.setattr(switch, "query", query)


@pytest.mark.usefixtures("engine")
def test_alive_takes_writes(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that answers and is not in recovery."""
    answering(monkeypatch, "t")
    assert switch.alive(stack) == "c1"


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("answer", ["f", None])
def test_server_that_takes_no_writes_is_not_alive(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, answer: str | None
) -> None:
    """Whatever its container says."""
    answering(monkeypatch, answer)
    assert switch.alive(stack) is None


@pytest.mark.usefixtures("engine")
def test_server_after_a_crash_is_waited_for(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not dead: it replays its own WAL."""
    answering(monkeypatch, None, None, "t")
    assert switch.alive(stack, patience=5) == "c1"


@pytest.mark.usefixtures("engine")
def test_without_a_container_nothing_is_waited_for(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dead is dead."""
    monkeypatch.setattr(switch, "containers", lambda *_: [])
    assert switch.alive(stack, patience=60) is None

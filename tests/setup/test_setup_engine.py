"""Docker Engine: what is done so that it answers, and when nothing is."""

from dataclasses import replace
from pathlib import Path

import pytest

from operation.failure import Failure
from operation.progress import Progress
from toolchain.docker_command import all_on_path
from toolchain.engine import Engine, Facts, steps, way_out
from toolchain.setup import provide_all
from toolchain.swarm import Swarm, verdict

READY = Facts(named="", denied=False, installed=True, systemd=False, root=True)


def test_missing_engine_is_installed_and_started() -> None:
    """Without systemd the daemon is started by us, with it by its unit."""
    assert steps(READY) == ("start daemon",)
    assert steps(replace(READY, installed=False)) == ("install", "start daemon")
    assert steps(replace(READY, systemd=True)) == ("start unit",)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(READY, named="tcp://far.example:2376"), "DOCKER_HOST"),
        (replace(READY, denied=True, root=False), "may not use"),
        (replace(READY, root=False), "does not run, and only root"),
        (replace(READY, root=False, installed=False), "is missing, and only root"),
    ],
)
def test_what_is_not_ours_is_refused(facts: Facts, words: str) -> None:
    """Another host's engine, a closed socket, no root: one message with a way out."""
    with pytest.raises(Failure, match=words) as caught:
        steps(facts)
    assert caught.value.remedy


def test_engine_that_does_not_answer_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A dead socket is found out at once and says what to do."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    finding = Engine().look()
    assert not finding.healthy
    assert finding.due
    assert "DOCKER_HOST" in finding.remedy


def test_way_out_is_set_up_or_why_not() -> None:
    """The doctor says what set-up would do, or what it would refuse."""
    assert "./ops setup" in way_out(READY)
    assert "usermod" in way_out(replace(READY, denied=True, root=False))


def test_second_docker_on_path_is_told(tmp_path: Path) -> None:
    """Different programs of one name are all listed; links to one are one."""
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    for name in ("a", "b"):
        (tmp_path / name / "docker").write_text(name)
        (tmp_path / name / "docker").chmod(0o755)
    (tmp_path / "c" / "docker").symlink_to(tmp_path / "a" / "docker")
    path = ":".join(str(tmp_path / name) for name in ("a", "b", "c"))
    assert all_on_path("docker", path) == [str(tmp_path / "a/docker"), str(tmp_path / "b/docker")]
    assert all_on_path("docker", f"{tmp_path}::") == []


def test_manager_is_healthy() -> None:
    """A manager is what we need, and it tells its nodes."""
    finding = verdict("Swarm", {"LocalNodeState": "active", "ControlAvailable": True, "Nodes": 3})
    assert finding.healthy
    assert finding.version == "3 nodes"


@pytest.mark.parametrize(
    ("swarm", "due", "words"),
    [
        ({"LocalNodeState": "inactive"}, True, "not initialised"),
        ({"LocalNodeState": "pending"}, True, "starting"),
        ({"LocalNodeState": "locked"}, False, "unlock"),
        ({"LocalNodeState": "error", "Error": "disk full"}, False, "disk full"),
        ({"LocalNodeState": "active", "ControlAvailable": False}, False, "worker of another Swarm"),
    ],
)
def test_other_states_are_not(swarm: dict[str, object], due: bool, words: str) -> None:
    """Only what is ours to change is due; the rest says why it is not."""
    finding = verdict("Swarm", swarm)
    assert not finding.healthy
    assert finding.due is due
    assert words in finding.remedy


class Foreign:
    """An engine in a Swarm, and all that was asked of it."""

    def __init__(self, swarm: dict[str, object]) -> None:
        self.state = swarm
        self.swarm = self
        self.changed: list[str] = []

    def info(self) -> dict[str, object]:
        """As the SDK has it."""
        return {"Swarm": self.state}

    def init(self, **_settings: object) -> None:
        """Makes a Swarm."""
        self.changed.append("init")

    def leave(self, **_settings: object) -> None:
        """Leaves one."""
        self.changed.append("leave")


@pytest.mark.parametrize("state", ["active", "locked", "error"])
def test_swarm_of_somebody_else_is_refused_and_untouched(state: str) -> None:
    """A worker, a locked node, a broken one: refused before anything is changed, and never left."""
    engine = Foreign({"LocalNodeState": state, "ControlAvailable": False})
    part = Swarm(connect=lambda: engine)
    with pytest.raises(Failure) as caught:
        provide_all((part,), Progress(quiet=True))
    assert caught.value.exit_code == 2
    with pytest.raises(Failure, match="cannot be used"):
        part.provide(Progress(quiet=True))
    assert engine.changed == []


def test_manager_of_a_swarm_that_set_up_did_not_make_is_used() -> None:
    """Whoever made it: a manager can deploy, so nothing is changed."""
    engine = Foreign({"LocalNodeState": "active", "ControlAvailable": True, "NodeAddr": "10.0.0.7"})
    assert provide_all((Swarm(connect=lambda: engine),), Progress(quiet=True)) == []
    assert engine.changed == []

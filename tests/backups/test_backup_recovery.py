from datetime import timedelta

import pytest

from backups import recovery
from backups.plan import Goal, Plan
from backups.recovery import restore_argv, wait_for_end, wait_for_replay, wait_for_target
from operation.failure import Failure
from tests.backups.scene import Container, at, backup

COMMON = [
    "pgbackrest",
    "--stanza=bem",
    "--repo=2",
    "--set=20261124-101500F",
    "--log-level-console=info",
    "--process-max=4",
    "--pg1-path=/cluster/pgdata",
    "--tablespace-map-all=/cluster/tablespaces",
    "--recovery-option=restore_command=fetch-wal 2 bem %f %p",
]
TIMELINE = "--target-timeline=3"
START = backup("20261124-101500F", 0, repository=2)


@pytest.mark.parametrize(
    ("goal", "follow", "words"),
    [
        (Goal.LATEST, True, [TIMELINE, "--type=standby"]),
        (Goal.LATEST, False, [TIMELINE, "--type=default"]),
        (Goal.END, False, [TIMELINE, "--type=default"]),
        (
            Goal.BACKUP,
            False,
            ["--recovery-option=recovery_target_timeline=3", "--type=immediate", "--target-action=pause"],
        ),
        (
            Goal.TIME,
            False,
            [TIMELINE, "--type=time", "--target=2026-11-24 12:10:00.000001+00:00", "--target-action=pause"],
        ),
    ],
)
def test_restore_names_set_and_timeline_whatever_the_goal(goal: Goal, follow: bool, words: list[str]) -> None:
    """The whole command is pinned: repository, set, timeline, tablespaces and goal."""
    moment = at(10) + timedelta(microseconds=1) if goal in {Goal.TIME, Goal.END} else None
    argv = restore_argv("bem", Plan(START, 3, goal, moment), 4, follow=follow)
    assert argv == [*COMMON, *words, "restore"]


def test_fill_empties_restores_and_notes_the_timelines() -> None:
    """In that order, and what the volume's lock holds stays."""
    target = Container(
        (("find /cluster",), ""), (("pgbackrest", "restore"), ""), (("/cluster/timelines",), "")
    )
    recovery.fill(target, "bem", Plan(START, 3, Goal.LATEST), 4, highest=6)
    assert "-not -name lock -delete" in target.told[0][-1]
    assert target.told[-1][-2:] == ["3", "6"]


def test_fill_that_fails_leaves_the_running_database() -> None:
    """And gives pgBackRest's own words."""
    target = Container((("find /cluster",), ""), (("pgbackrest", "restore"), 38))
    with pytest.raises(Failure, match="restoring backup 20261124-101500F failed") as failed:
        recovery.fill(target, "bem", Plan(START, 3, Goal.LATEST), 4)
    assert "was not touched" in failed.value.remedy


def replay(state: str, log: str, running: bool = True) -> Container:
    """A server in recovery that answers so, with that log."""
    return Container(
        (("psql",), state),
        (("pg_ctl", "status"), "" if running else 3),
        (("cat", "recovery.log"), log),
        (("tail",), log),
        (("grep",), "3\n"),
    )


def test_target_is_met_when_the_log_says_so() -> None:
    """«Paused» and `recovery stopping` together."""
    wait_for_target(replay("paused", "LOG:  recovery stopping before commit of transaction 754"))


@pytest.mark.parametrize("state", ["paused", "ended"])
def test_pause_at_nothing_is_a_failure(state: str) -> None:
    """A pause for a wrong setting, or an end without a target, is never taken for the target."""
    with pytest.raises(Failure, match="before it met its target"):
        wait_for_target(replay(state, "WARNING:  hot standby is not possible"))


def test_server_that_ends_in_recovery_is_a_failure() -> None:
    """WAL that exists and could not be read stops the server; its last words are given."""
    dead = Container(
        (("psql",), 2),
        (("pg_ctl", "status"), 3),
        (("tail",), "FATAL:  could not restore file"),
        (("grep",), "0\n"),
    )
    with pytest.raises(Failure, match="could not restore file"):
        wait_for_end(dead)


def test_end_is_met_when_recovery_is_over() -> None:
    """The server says itself that it takes writes."""
    wait_for_end(replay("f", ""))


@pytest.mark.usefixtures("_hurried")
def test_replay_that_stands_still_is_a_failure() -> None:
    """A segment that is missing would be waited for without end."""
    with pytest.raises(Failure, match="stands still"):
        wait_for_replay(replay("f", "LOG:  waiting for WAL"), 100, seconds=0.05)


def test_replay_beyond_a_position_is_waited_for() -> None:
    """The standby has it."""
    wait_for_replay(replay("t", ""), 100, seconds=0.05)


@pytest.mark.usefixtures("_hurried")
def test_replay_that_goes_on_is_waited_for() -> None:
    """As long as segments come, slowness is none of our business."""

    class Busy(Container):
        taken = 0

        def exec_run(self, argv: list[str], **_: object) -> tuple[int, tuple[bytes, bytes]]:
            if argv[0] == "grep":
                self.taken += 1
                return 0, (b"%d\n" % self.taken, b"")
            return 0, (b"t" if self.taken >= 20 else b"f", b"")

    wait_for_replay(Busy(), 100, seconds=0.05)


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_PAUSE", "LAST_PAUSE", "COUNT_SECONDS"):
        monkeypatch.setattr(recovery, name, 0.01)

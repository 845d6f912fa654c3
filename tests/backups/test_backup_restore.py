from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from backups import attempt, cut_over, journal, lineage, switch
from backups import restore as module
from backups.catalog import Catalog
from backups.generation import SERVED, check_agreement, remember, unused_generation, values
from backups.journal import Phase
from backups.outlook import rates
from backups.plan import Goal, Plan
from backups.proof import Facts
from backups.restore import restore
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.scene import Container, at, backup, catalog, reach
from tests.backups.world import World

LOCAL, REMOTE = backup("L", 0), backup("R", 0, repository=2)
KNOWN = catalog([LOCAL, REMOTE], {1: reach(1, 30), 2: reach(1, 30)})
LATEST = [Plan(LOCAL, 1, Goal.LATEST), Plan(REMOTE, 1, Goal.LATEST)]
TIMED = [Plan(LOCAL, 1, Goal.TIME, at(10)), Plan(REMOTE, 1, Goal.TIME, at(10))]
NEW_FILE = "up g3 kept [1, 2]"


class Recovery:
    """Stands for PostgreSQL and pgBackRest in a scratch."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bad: set[str] = set()

    def fill(self, _target: Any, _stanza: str, plan: Plan, _processes: int, **how: Any) -> None:
        """Restores, or fails for a bad repository."""
        self.world.note(f"fill {plan.backup.label} follow={how['follow']} highest={how['highest']}")
        if plan.backup.label in self.bad:
            message = f"repository of {plan.backup.label} failed"
            raise Failure(message)


@pytest.fixture
def recovery(world: World, monkeypatch: pytest.MonkeyPatch) -> Recovery:
    """The world, with everything inside a scratch noted and nothing of it done."""
    stand_in = Recovery(world)
    world.target = Container((("test", "PG_VERSION"), ""), (("old-unreadable",), 1), (("give-back",), ""))
    notes = world.note
    monkeypatch.setattr("backups.recovery.fill", stand_in.fill)
    monkeypatch.setattr("backups.recovery.wait_for_target", lambda _: notes("pause"))
    monkeypatch.setattr("backups.recovery.wait_for_end", lambda _: notes("end"))
    monkeypatch.setattr("backups.server.start", lambda _: notes("recover"))
    monkeypatch.setattr("backups.server.system", lambda _: 7)
    monkeypatch.setattr("backups.server.timeline", lambda _: 1)
    monkeypatch.setattr(attempt, "gather", lambda _: Facts(checksums=True, heartbeat=at(9)))
    monkeypatch.setattr(module, "end_orphan", lambda *_: notes("orphans"))
    monkeypatch.setattr(cut_over, "calm", lambda _: notes("calm"))
    monkeypatch.setattr(cut_over, "catch_up", lambda *_: notes("catch-up"))
    monkeypatch.setattr(cut_over, "old_is_dead", lambda _: notes("dead"))
    monkeypatch.setattr(cut_over, "drain", lambda _, timeline: notes(f"drain {timeline}"))
    monkeypatch.setattr(cut_over, "promoted", lambda _, number, _stanza: notes(f"promote {number}"))

    def retire(stack: Stack, *, followed: bool) -> datetime | None:
        notes(f"retire followed={followed}")
        switch.stop_database(stack)
        return at(30)

    monkeypatch.setattr(cut_over, "retire", retire)
    return stand_in


@pytest.mark.usefixtures("recovery")
def test_time_is_restored_beside_the_running_database(stack: Stack, world: World, quiet: Progress) -> None:
    """All is ready, promoted even, before the old database stops."""
    restored = restore(stack, KNOWN, TIMED, quiet)
    assert world.did == [
        "orphans",
        "scratch g3 old g2",
        "fill L follow=False highest=1",
        "recover",
        "pause",
        "promote 2",
        "calm",
        "retire followed=False",
        "stop",
        "start g3",
        "start g3",
        "archive",
        NEW_FILE,
    ]
    assert (restored.generation, restored.timeline, restored.plan) == (3, 2, TIMED[0])
    assert journal.read(stack) is None
    assert [(each.timeline, each.until) for each in lineage.recorded(stack)] == [(1, at(30)), (2, None)]


@pytest.mark.usefixtures("recovery")
def test_prediction_and_real_time_are_kept_together(
    stack: Stack, quiet: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the result and in the file, with what was restored and replayed."""
    monkeypatch.setattr("backups.server.replayed", lambda _: 5000)
    restored = restore(stack, KNOWN, TIMED, quiet, 130.0)
    (kept,) = rates.runs(stack)
    assert (kept.predicted_seconds, restored.predicted_seconds) == (130.0, 130.0)
    assert restored.seconds == kept.seconds
    assert (kept.what, kept.repository, kept.wal_bytes) == ("time", "local", 5000)
    assert kept.restored_bytes == LOCAL.database_bytes
    assert kept.rest_seconds is not None
    assert kept.down_seconds == restored.seconds_down


def test_another_way_than_the_foretold_is_not_compared(
    stack: Stack, recovery: Recovery, quiet: Progress
) -> None:
    """The prediction was of the first repository; what the other took is kept for the next one."""
    recovery.bad = {"L"}
    restored = restore(stack, KNOWN, TIMED, quiet, 130.0)
    (kept,) = rates.runs(stack)
    assert (kept.repository, kept.predicted_seconds, restored.predicted_seconds) == ("s3", None, None)


def test_a_restore_that_failed_measured_nothing(stack: Stack, recovery: Recovery, quiet: Progress) -> None:
    """Half a restore is no rate."""
    recovery.bad = {"L", "R"}
    with pytest.raises(Failure):
        restore(stack, KNOWN, TIMED, quiet, 130.0)
    assert rates.runs(stack) == []


@pytest.mark.usefixtures("recovery")
def test_latest_beside_a_living_database_follows_it_to_its_end(
    stack: Stack, world: World, quiet: Progress
) -> None:
    """Caught up first, then the old one stops, the rest is replayed, and only then it is promoted."""
    restore(stack, KNOWN, LATEST, quiet)
    assert world.did[2:9] == [
        "fill L follow=True highest=1",
        "recover",
        "catch-up",
        "retire followed=True",
        "stop",
        "drain 1",
        "promote 2",
    ]


@pytest.mark.usefixtures("recovery")
def test_latest_of_a_dead_database_reads_its_volume(stack: Stack, world: World, quiet: Progress) -> None:
    """It is stopped for good first, so that its last segments hold still."""
    world.lives = False
    restored = restore(stack, KNOWN, LATEST, quiet)
    assert world.did[:7] == [
        "stop",
        "scratch g3 old g2",
        "fill L follow=False highest=1",
        "dead",
        "recover",
        "end",
        "promote 2",
    ]
    assert restored.seconds_down == 0


@pytest.mark.usefixtures("recovery")
def test_latest_with_the_old_volume_gone_does_not_keep_it(
    stack: Stack, world: World, quiet: Progress
) -> None:
    """It is neither mounted nor named as something to go back to."""
    world.lives = False
    world.volumes.discard(stack.volume(2))
    restored = restore(stack, KNOWN, LATEST, quiet)
    assert "scratch g3" in world.did
    assert world.did[-1] == "up g3 kept [1]"
    assert restored.incomplete


def received(world: World, monkeypatch: pytest.MonkeyPatch, waited: str) -> None:
    """A WAL receiver's volume, and a restored database that remembers whether commits waited for it."""
    monkeypatch.setattr("backups.receiver.volume", lambda _: "wal-receiver")
    said: list[tuple[tuple[str, ...], int | str]] = [
        (("old-unreadable",), 1),
        (("operations.zero_loss",), waited),
        (("ls -d",), "/received/7-00000001\n"),
        (("from-receiver",), "000000010000000000000009\n"),
        (("received-hole",), ""),
    ]
    world.target = Container(*said, (("give-back",), ""))


@pytest.mark.parametrize(("waited", "incomplete"), [("t", False), ("f", True)])
@pytest.mark.usefixtures("recovery")
def test_latest_with_the_old_volume_gone_takes_what_was_received(
    stack: Stack,
    world: World,
    quiet: Progress,
    monkeypatch: pytest.MonkeyPatch,
    *,
    waited: str,
    incomplete: bool,
) -> None:
    """All of it is there when commits waited for the receiver; otherwise nobody knows."""
    received(world, monkeypatch, waited)
    world.lives = False
    world.volumes.discard(stack.volume(2))
    restored = restore(stack, KNOWN, LATEST, quiet)
    assert "scratch g3 received" in world.did
    assert world.did.index("dead") < world.did.index("recover")
    assert restored.tail.segments == ("000000010000000000000009",)
    assert restored.incomplete == incomplete


@pytest.mark.usefixtures("recovery")
def test_time_needs_nothing_that_was_received(
    stack: Stack, world: World, quiet: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies in archived WAL, and nothing of the end is claimed."""
    received(world, monkeypatch, "t")
    restored = restore(stack, KNOWN, TIMED, quiet)
    assert "scratch g3 old g2" in world.did
    assert not restored.incomplete


@pytest.mark.usefixtures("recovery")
def test_latest_of_a_dead_database_whose_volume_is_there_lacks_nothing(
    stack: Stack, world: World, quiet: Progress
) -> None:
    """Also without a receiver."""
    world.lives = False
    assert not restore(stack, KNOWN, LATEST, quiet).incomplete


@pytest.mark.usefixtures("recovery")
def test_latest_with_an_empty_old_volume_does_not_keep_it(
    stack: Stack, world: World, quiet: Progress
) -> None:
    """Swarm makes an empty one in place of the lost one."""
    world.lives = False
    world.target = Container((("test",), 1), (("give-back",), ""))
    restore(stack, KNOWN, LATEST, quiet)
    assert world.did[-1] == "up g3 kept [1]"


@pytest.mark.usefixtures("recovery")
def test_volume_that_could_not_be_read_is_told(stack: Stack, world: World, quiet: Progress) -> None:
    """What came out may lack the very last rows."""
    world.lives = False
    world.target = Container((("test",), ""), (("give-back",), ""))
    assert restore(stack, KNOWN, LATEST, quiet).damaged


def test_other_repository_is_tried(stack: Stack, world: World, recovery: Recovery, quiet: Progress) -> None:
    """What was begun is taken back, and the number of the first attempt is not used again."""
    recovery.bad = {"L"}
    restored = restore(stack, KNOWN, TIMED, quiet)
    assert restored.plan == TIMED[1]
    assert restored.timeline == 3
    filled = world.did.index("fill L follow=False highest=1")
    assert world.did[filled + 1 : filled + 5] == [
        "clear scratches",
        "remove g3",
        "scratch g3 old g2",
        "fill R follow=False highest=2",
    ]


def test_no_repository_succeeds(stack: Stack, world: World, recovery: Recovery, quiet: Progress) -> None:
    """The last failure is told, and the running database was never stopped."""
    recovery.bad = {"L", "R"}
    with pytest.raises(Failure, match="repository of R failed"):
        restore(stack, KNOWN, TIMED, quiet)
    assert "stop" not in world.did
    assert world.service == stack.volume(2)
    assert journal.read(stack) is None
    assert lineage.recorded(stack) == ()


def test_dead_database_and_no_repository(
    stack: Stack, world: World, recovery: Recovery, quiet: Progress
) -> None:
    """The other repository is tried here too, and the service is left as it was found."""
    world.lives = False
    recovery.bad = {"L", "R"}
    with pytest.raises(Failure, match="repository of R failed"):
        restore(stack, KNOWN, LATEST, quiet)
    assert world.did[-3:] == ["clear scratches", "update 1 g2", "remove g3"]


@pytest.mark.usefixtures("recovery")
@pytest.mark.parametrize("deed", ["scratch", "fill", "recover", "pause", "promote", "retire", "start"])
def test_failure_of_any_step_leaves_the_old_database(
    stack: Stack, world: World, quiet: Progress, deed: str
) -> None:
    """Whatever breaks before the new volume serves, the service is on the old one; the new one is gone."""
    world.broken = {deed}
    with pytest.raises(Failure, match="is broken"):
        restore(stack, KNOWN, TIMED[:1], quiet)
    assert world.service == stack.volume(2)
    assert (stack.volume(3) in world.volumes) == (deed == "start"), "one that was started is not thrown away"
    assert lineage.recorded(stack) == ()
    assert journal.read(stack) is None
    assert Stack(stack.name, stack.root).settings.database.generation == 2


@pytest.mark.usefixtures("recovery")
@pytest.mark.parametrize("deed", ["catch-up", "drain", "promote"])
def test_failure_of_the_follower_leaves_the_old_database(
    stack: Stack, world: World, quiet: Progress, deed: str
) -> None:
    """Also when the old database had been stopped already: it lives again."""
    world.broken = {deed}
    with pytest.raises(Failure, match="is broken"):
        restore(stack, KNOWN, LATEST[:1], quiet)
    assert world.service == stack.volume(2)
    assert world.lives
    assert stack.volume(3) not in world.volumes


@pytest.mark.usefixtures("recovery")
def test_failure_once_it_serves_is_not_taken_back(stack: Stack, world: World, quiet: Progress) -> None:
    """Clients write there already; no other repository is tried, and the next command goes on."""
    world.broken = {"up"}
    with pytest.raises(Failure, match="up g3"):
        restore(stack, KNOWN, TIMED, quiet)
    assert world.service == stack.volume(3)
    move = journal.read(stack)
    assert move is not None
    assert move.phase is Phase.SERVING


@pytest.mark.usefixtures("recovery")
def test_another_cluster_is_not_followed(stack: Stack, world: World, quiet: Progress) -> None:
    """A fresh cluster on a new host is not the one of the backups; its volume is kept, and not read."""
    known = replace(KNOWN, systems=frozenset({8}))
    restore(stack, known, LATEST, quiet)
    assert "scratch g3" in world.did
    assert "fill L follow=False highest=1" in world.did
    assert "dead" not in world.did
    assert world.did[-1] == NEW_FILE
    assert lineage.recorded(stack)[0].until is None


@pytest.mark.usefixtures("recovery")
def test_numbers_that_a_repository_or_the_server_knows_are_not_given(
    stack: Stack, quiet: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The repositories may lag behind the server that serves."""
    monkeypatch.setattr("backups.server.timeline", lambda _: 6)
    assert restore(stack, KNOWN, TIMED, quiet).timeline == 7


def test_generation_is_one_that_no_volume_has(stack: Stack, world: World) -> None:
    """A stack's file that went back to an old copy does not know of newer volumes."""
    assert unused_generation(stack) == 3
    world.volumes |= {stack.volume(3), stack.volume(4)}
    assert unused_generation(stack) == 5


def test_file_and_service_that_disagree_are_refused(stack: Stack) -> None:
    """Nobody knows then which data counts."""
    check_agreement(stack, stack.volume(2))
    check_agreement(stack, "")
    with pytest.raises(Failure, match="says that bk-test_database-g2 serves") as refused:
        check_agreement(stack, stack.volume(4))
    assert "bem:database.generation" in refused.value.remedy


def test_an_older_copy_of_the_file_is_refused_while_the_stack_is_down(stack: Stack) -> None:
    """A volume that is kept for an undo would serve old data."""
    remember(stack, stack.volume(4))
    with pytest.raises(Failure, match="bk-test_database-g4 served last") as refused:
        check_agreement(stack, "")
    assert "restore.undo" in refused.value.remedy
    remember(stack, stack.volume(2))
    check_agreement(stack, "")


def test_a_damaged_note_of_what_served_is_told(stack: Stack) -> None:
    """With what to do."""
    (stack.make_folder() / SERVED).write_text("{")
    with pytest.raises(Failure, match="cannot be understood"):
        check_agreement(stack, "")
    check_agreement(stack, stack.volume(2))


@pytest.mark.parametrize(
    ("generation", "keep", "kept"), [(3, True, [1, 2]), (3, False, [1]), (1, True, [2]), (1, False, [])]
)
def test_file_afterwards(stack: Stack, generation: int, keep: bool, kept: list[int]) -> None:
    """The volume that served last is the last of those kept: an undo goes back to it."""
    assert values(stack, generation, keep_present=keep) == {
        "database.generation": generation,
        "database.kept": kept,
        "database.last_generation": max(2, generation),
    }


def test_catalogue_type_is_what_a_restore_takes() -> None:
    """The tests' catalogue is the real one."""
    assert isinstance(KNOWN, Catalog)

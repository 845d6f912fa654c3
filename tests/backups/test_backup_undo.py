from typing import Any

import pytest

from backups import cut_over, journal, lineage, switch
from backups import undo as module
from backups.proof import Facts
from backups.undo import forget, onward_options, previous, undo
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.scene import Container, at
from tests.backups.world import World

CONTROLS = {
    "/cluster/pgdata": "Latest checkpoint's TimeLineID: 1",
    "/old/pgdata": "Latest checkpoint's TimeLineID: 2",
}


@pytest.fixture
def earlier(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Generation 1 is on timeline 1 and generation 2, which serves, on 2."""
    world.target = Container(
        *(((("pg_controldata", place), text) for place, text in CONTROLS.items())),
        (("recovery.signal",), ""),
        (("/cluster/timelines",), ""),
        (("give-back",), ""),
    )
    notes = world.note
    monkeypatch.setattr("backups.server.start", lambda _, options: notes(f"recover {options[-2]}"))
    monkeypatch.setattr("backups.server.timeline", lambda _: 2)
    monkeypatch.setattr("backups.recovery.wait_for_end", lambda _: notes("end"))
    monkeypatch.setattr(module, "gather", lambda _: Facts(checksums=True))

    def promoted(_target: Any, number: int, stanza: str) -> int:
        assert stanza == "bem"
        notes(f"promote {number}")
        return number

    def retire(stack: Stack) -> Any:
        notes("retire")
        switch.stop_database(stack)
        return at(30)

    monkeypatch.setattr(cut_over, "promoted", promoted)
    monkeypatch.setattr(cut_over, "retire", retire)
    return world


def test_undo_goes_back_on_a_fresh_timeline(stack: Stack, earlier: World, quiet: Progress) -> None:
    """It is promoted beside the running database, which then is kept in its place."""
    restored = undo(stack, quiet)
    assert earlier.did == [
        "scratch g1 old g2",
        "recover recovery_target_timeline=current",
        "end",
        "promote 3",
        "retire",
        "stop",
        "start g1",
        "start g1",
        "archive",
        "up g1 kept [2]",
    ]
    assert (restored.generation, restored.timeline, restored.plan) == (1, 3, None)
    assert [each.timeline for each in lineage.recorded(stack)] == [2, 3]
    assert ["sh", "-c", 'echo "$1 $2" > /cluster/timelines', "sh", "1", "2"] in earlier.target.told


def test_undo_of_an_undo_goes_forward_again(stack: Stack, earlier: World, quiet: Progress) -> None:
    """Once more, and on a number of its own."""
    undo(stack, quiet)
    again = undo(Stack(stack.name, stack.root), quiet)
    assert (again.generation, again.timeline) == (2, 4)
    assert earlier.did[-1] == "up g2 kept [1]"


def test_undo_of_a_dead_database(stack: Stack, earlier: World, quiet: Progress) -> None:
    """Its timeline stands in its volume."""
    earlier.lives = False
    restored = undo(stack, quiet)
    assert restored.seconds_down == 0
    assert [each.timeline for each in lineage.recorded(stack)] == [2, 3]


@pytest.mark.parametrize("deed", ["scratch", "recover", "end", "promote"])
def test_undo_that_fails_before_the_cut_over_stops_nothing(
    stack: Stack, earlier: World, quiet: Progress, deed: str
) -> None:
    """The present database serves on, and both volumes are there."""
    earlier.broken = {deed}
    with pytest.raises(Failure, match="is broken"):
        undo(stack, quiet)
    assert "stop" not in earlier.did
    assert earlier.volumes >= {stack.volume(1), stack.volume(2)}
    assert journal.read(stack) is None


def test_undo_whose_volume_does_not_start_goes_back(stack: Stack, earlier: World, quiet: Progress) -> None:
    """The present database serves again."""
    earlier.sick = {stack.volume(1)}
    with pytest.raises(Failure, match="g1 did not happen"):
        undo(stack, quiet)
    assert earlier.service == stack.volume(2)
    assert earlier.lives
    assert stack.volume(1) in earlier.volumes
    assert lineage.recorded(stack) == ()


def test_undo_of_an_empty_volume_is_refused(stack: Stack, earlier: World, quiet: Progress) -> None:
    """And says what to do with it."""
    earlier.target = Container((("pg_controldata",), 1))
    with pytest.raises(Failure, match="holds no database") as refused:
        undo(stack, quiet)
    assert "restore.forget" in refused.value.remedy
    assert "stop" not in earlier.did


def test_previous_is_what_served_last(stack: Stack, world: World) -> None:
    """The last of those kept."""
    assert previous(stack) == 1
    world.volumes.clear()
    with pytest.raises(Failure, match="of generation 1 is gone") as refused:
        previous(stack)
    assert refused.value.exit_code == 2


def test_nothing_kept_is_nothing_to_undo(stack: Stack) -> None:
    """With status 2 and another way."""
    stack.file.write_text("config: {}\n")
    with pytest.raises(Failure, match="no earlier volume") as refused:
        previous(stack)
    assert refused.value.exit_code == 2
    assert "invoke restore --to TIME" in refused.value.remedy


def test_going_on_needs_no_repository_and_no_old_target() -> None:
    """Every target that an earlier restore left is blanked; the volume has all of its own WAL."""
    assert onward_options("bem") == (
        "recovery_target=",
        "recovery_target_time=",
        "recovery_target_xid=",
        "recovery_target_name=",
        "recovery_target_lsn=",
        "recovery_target_timeline=current",
        "restore_command=fetch-wal 0 bem %f %p",
    )


def test_forget_removes_the_volume_last(stack: Stack, world: World, quiet: Progress) -> None:
    """First the file, then Pulumi, then the volume; its number stays used."""
    forget(stack, 1, quiet)
    assert world.did == ["up g2 kept []", "remove g1"]
    assert Stack(stack.name, stack.root).settings.database.next_generation == 3


def test_forget_goes_on_after_a_kill(stack: Stack, world: World, quiet: Progress) -> None:
    """The file says already that it is not kept, and the volume is still there."""
    world.broken = {"remove"}
    with pytest.raises(Failure, match="is broken"):
        forget(stack, 1, quiet)
    world.broken = set()
    forget(Stack(stack.name, stack.root), 1, quiet)
    assert stack.volume(1) not in world.volumes


@pytest.mark.parametrize(("generation", "what"), [(2, "serves"), (9, "is not kept")])
def test_forget_refuses_what_serves_or_is_not_there(
    stack: Stack, world: World, quiet: Progress, generation: int, what: str
) -> None:
    """With status 2, and nothing happens."""
    with pytest.raises(Failure, match=what) as refused:
        forget(stack, generation, quiet)
    assert refused.value.exit_code == 2
    assert world.did == []


def test_forget_never_removes_what_the_service_names(stack: Stack, world: World, quiet: Progress) -> None:
    """Whatever the file says."""
    world.service = stack.volume(1)
    with pytest.raises(Failure, match="generation 1 serves"):
        forget(stack, 1, quiet)
    assert world.did == []

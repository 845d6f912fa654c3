from datetime import UTC, datetime

import pytest

from backups import cut_over, receiver, recovery
from backups.cut_over import STOPPED, catch_up, drain, promoted, retire
from operation.failure import Failure
from operation.stack import Stack
from tests.backups import samples
from tests.backups.scene import Container

NOTED = (("sh", "-c", STOPPED), "")
REPLAYED = (("pg_last_wal_replay_lsn",), "t")
HISTORY = "2\t0/EA0000A0\tno recovery target specified\n"


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for long."""
    monkeypatch.setattr(cut_over, "DRAIN_SECONDS", 0.02)
    for name in ("FIRST_PAUSE", "LAST_PAUSE", "COUNT_SECONDS"):
        monkeypatch.setattr(recovery, name, 0.005)


def old(control: str | int, *answers: tuple[tuple[str, ...], int | str]) -> Container:
    """A scratch that sees an old volume with that control data."""
    return Container(
        (("pg_controldata", "/old/pgdata"), control),
        (("touch", STOPPED), ""),
        NOTED,
        *answers,
        (("grep",), "0\n"),
        (("tail",), "LOG:  waiting"),
    )


def test_standby_catches_up_in_two_rounds() -> None:
    """Each with a checkpoint, which the stop then does not have to make, and to where the living one is."""
    living = Container((("checkpoint",), ""), (("pg_switch_wal",), "0/EA000000"))
    target = Container(REPLAYED)
    catch_up(living, target)
    assert [argv[-1] for argv in living.told] == ["checkpoint", "select pg_switch_wal()"] * 2
    assert all(argv[-1].endswith(f"> {0xEA000000 - 1}") for argv in target.told)


def test_living_database_that_dies_meanwhile_ends_the_catching_up() -> None:
    """And nothing was stopped."""
    with pytest.raises(Failure, match="«checkpoint» failed"):
        catch_up(Container((("checkpoint",), 2)), Container(REPLAYED))


def test_last_record_is_the_old_server_s_final_checkpoint() -> None:
    """Read from its control data; the sign for `fetch-wal` is given first."""
    target = old(samples.CONTROL, REPLAYED)
    drain(target, 2)
    assert target.told[1] == ["touch", STOPPED]
    assert target.told[2][-1].endswith(f"> {0xEA000028}")


def test_last_record_that_does_not_come_is_a_failure() -> None:
    """The old database starts again then."""
    with pytest.raises(Failure, match="stands still"):
        drain(old(samples.CONTROL, (("pg_last_wal_replay_lsn",), "f")), 2)


def test_old_server_on_another_timeline_is_a_failure() -> None:
    """Its last record would never come on this one."""
    with pytest.raises(Failure, match="was on timeline 2, and the copy follows 3"):
        drain(old(samples.CONTROL), 3)


@pytest.mark.parametrize("control", [samples.CONTROL.replace("shut down", "in production"), 1])
def test_old_server_that_did_not_end_cleanly_is_read_to_the_end_of_its_wal(
    control: str | int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, or its volume gone: no position is the last, so recovery ends by itself."""
    started: list[object] = []
    monkeypatch.setattr("backups.server.start", started.append)
    target = old(
        control,
        (("pg_ctl", "stop"), ""),
        (("mv standby.signal recovery.signal",), ""),
        (("pg_is_in_recovery",), "f"),
        (("/tmp/received",), ""),  # noqa: S108
    )
    drain(target, 2)
    assert target.was_told("echo dead")
    assert target.was_told("echo", receiver.OFFERED)
    assert target.was_told("mv standby.signal recovery.signal")
    assert started == [target]


def promoting(number: int, names: str = "") -> Container:
    """A server that promotes to that timeline, with those borrowed segments."""
    return Container(
        (("pg_is_in_recovery",), "f"),
        (("pg_walfile_name",), str(number)),
        (("pg_ctl", "stop"), ""),
        (("ls", "/cluster/borrowed"), names),
        ((f"{number:08X}.history",), HISTORY),
        (("rm", "-f"), ""),
        (("sh", "-c"), ""),
        (("psql",), ""),
    )


def test_promoted_volume_can_be_served() -> None:
    """Stopped, without the mark of an unfinished restore, and not archiving yet."""
    target = promoting(5)
    assert promoted(target, 5) == 5
    assert target.told[-1] == ["bash", "-c", cut_over.TIDY]
    promoted(target := promoting(5), 5, "bem")
    assert target.told[-1][-1] == "archive_command = 'pgbackrest --stanza=bem archive-push %p'"
    for name in ("restoring", "timelines", "archiving.conf", "archiving.pending"):
        assert f"/cluster/{name}" in cut_over.TIDY


def test_timeline_that_was_not_set_aside_is_refused() -> None:
    """It may have been given before; the server is not stopped to be served."""
    target = promoting(4)
    with pytest.raises(Failure, match="took timeline 4 where 5 was set aside"):
        promoted(target, 5)
    assert not target.was_told("restoring")


def test_borrowed_segment_that_was_left_half_way_is_not_archived() -> None:
    """Those before the fork are."""
    whole, half, behind = (f"0000000200000000000000{each}" for each in ("E9", "EA", "EB"))
    target = promoting(5, f"{whole}\n{half}\n{behind}\n")
    promoted(target, 5)
    assert ["rm", "-f", f"/cluster/borrowed/{half}", f"/cluster/borrowed/{behind}"] in target.told


def test_borrowed_segments_that_are_whole_all_stay() -> None:
    """Nothing is removed."""
    target = promoting(5, "0000000200000000000000E9\n")
    promoted(target, 5)
    assert not target.was_told("rm -f /cluster/borrowed")


BEAT = (("to_regclass",), "t"), (("max(at)",), "2026-11-24 12:00:00.5+00")


def retiring(monkeypatch: pytest.MonkeyPatch, living: Container | None) -> list[str]:
    """Puts that database in place; gives what is stopped."""
    stopped: list[str] = []
    monkeypatch.setattr("backups.switch.alive", lambda _: living)
    monkeypatch.setattr("backups.switch.serving_volume", lambda _: "v")
    monkeypatch.setattr("backups.switch.stop_database", lambda _: stopped.append("stopped"))
    return stopped


def test_retired_database_archives_what_it_has(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """And tells its last second."""
    living = Container((("pg_switch_wal",), "0/1"), *BEAT)
    stopped = retiring(monkeypatch, living)
    assert retire(stack) == datetime(2026, 11, 24, 12, 0, 0, 500000, tzinfo=UTC)
    assert living.was_told("pg_switch_wal")
    assert stopped == ["stopped"]


def test_followed_database_does_not_wait_for_a_repository(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its archiving is turned off; the standby takes the last segments from its volume."""
    living = Container((("archiving.pending",), ""), (("pg_reload_conf",), "t"), *BEAT)
    stopped = retiring(monkeypatch, living)
    retire(stack, followed=True)
    assert not living.was_told("pg_switch_wal")
    assert stopped == ["stopped"]


def test_dead_database_is_stopped_all_the_same(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Swarm would start it again; nobody knows its last second."""
    stopped = retiring(monkeypatch, None)
    assert retire(stack) is None
    assert stopped == ["stopped"]

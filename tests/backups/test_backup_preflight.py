from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from backups import preflight as module
from backups import reaching
from backups.catalog import Catalog
from backups.listing import content, reaches, rows, table
from backups.plan import Goal, Plan
from backups.preflight import preflight
from backups.target import Target
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from operation.stack_file import configure
from tests.backups.scene import MEBIBYTE, Container, at, backup, catalog, reach

LOCAL = backup("L", 0)
KNOWN = catalog([LOCAL], {1: reach(1, 30)}, silent={2: "no route"})
ROOM = f"Avail\n{2000 * MEBIBYTE}\n"


def answering(free: str = ROOM, system: int = 7, timeline: int = 1, ready: int = 3) -> Container:
    """A database that lives."""
    return Container(
        (("df",), free),
        (("pg_control_system",), str(system)),
        (("pg_walfile_name",), str(timeline)),
        (("archive_statusdir",), str(ready)),
        (("pg_current_xact_id",), "760"),
        (("pg_switch_wal",), "0/1"),
        (("wal-runs",), '{"runs": {"1": [[0, 9]], "2": [[0, 9]], "3": [[0, 9]]}, "histories": []}'),
    )


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts a database and what its repositories hold, one look after the other, in place."""

    def put(living: Container | None, *looks: Catalog) -> list[str]:
        did: list[str] = []
        left = list(looks or (KNOWN,))

        @contextmanager
        def scratch(_stack: Stack, volume: str, environment: dict[str, str]) -> Iterator[Container]:
            did.append(f"scratch {volume}")
            did.extend(f"{name}={word}" for name, word in environment.items())
            yield answering()

        def read(*_: Any) -> Catalog:
            return left.pop(0) if len(left) > 1 else left[0]

        monkeypatch.setattr("backups.switch.alive", lambda *_: living)
        monkeypatch.setattr(module, "scratch", scratch)
        monkeypatch.setattr(module, "remove_volume", lambda name: did.append(f"remove {name}"))
        monkeypatch.setattr(reaching, "read_catalog", read)
        monkeypatch.setattr(reaching, "with_ends", lambda _target, _stanza, known: known)
        monkeypatch.setattr("operation.patience.POLL", 0.001)
        return did

    return put


def test_living_database_is_asked_itself(stack: Stack, quiet: Progress, place: Any) -> None:
    """No scratch is made, and what waits to be archived is counted."""
    did = place(answering())
    checked = preflight(stack, Target(latest=True), 0, quiet)
    assert did == []
    assert checked.unarchived == 3
    assert checked.options == [Plan(LOCAL, 1, Goal.LATEST)]


def test_dead_database_is_read_beside(stack: Stack, quiet: Progress, place: Any) -> None:
    """By a scratch on a volume that goes again."""
    did = place(None)
    checked = preflight(stack, Target(latest=True), 0, quiet)
    assert did == ["scratch bk-test_preflight", "remove bk-test_preflight"]
    assert checked.unarchived == 0


def test_a_vault_is_read_beside_a_living_database(stack: Stack, quiet: Progress, place: Any) -> None:
    """As of its time, by every command; a living database's own word does not count, and it knows more."""
    did = place(answering())
    checked = preflight(stack, Target(time=at(20), vault=at(25)), 0, quiet)
    assert "PGBACKREST_REPO_TARGET_TIME=2026-11-24 12:25:00+00" in did
    assert did[-1] == "remove bk-test_preflight"
    assert [each.vault for each in checked.options] == [at(25)]
    assert checked.unarchived == 0
    with pytest.raises(Failure, match="for a database that does not run"):
        preflight(stack, Target(latest=True, vault=at(25)), 0, quiet)
    place(None)
    assert preflight(stack, Target(latest=True, vault=at(25)), 0, quiet).options[0].goal is Goal.LATEST


def test_volume_beside_goes_also_after_a_refusal(stack: Stack, quiet: Progress, place: Any) -> None:
    """An unknown label is found out in there."""
    did = place(None)
    with pytest.raises(Failure, match="no backup 'Z'"):
        preflight(stack, Target(label="Z"), 0, quiet)
    assert did[-1] == "remove bk-test_preflight"


def test_recent_target_is_archived_first(stack: Stack, quiet: Progress, place: Any) -> None:
    """A second ago is not archived yet: the database is asked to, until it is."""
    living = answering()
    place(living, KNOWN, KNOWN, replace(KNOWN, reaches={1: reach(1, 40)}))
    checked = preflight(stack, Target(time=at(35)), 0, quiet)
    assert checked.options[0].goal is Goal.TIME
    asked = [argv[-1] for argv in living.told if "select pg_" in argv[-1]]
    assert asked[:4] == ["select pg_current_xact_id()", "select pg_switch_wal()"] * 2


BOTH = [LOCAL, backup("S", 0, repository=2)]
AHEAD = catalog(BOTH, {1: reach(1, 30), 2: reach(1, 50)})
"""S3 has a segment that the local repository lacks."""


def test_the_local_repository_is_waited_for_a_moment(stack: Stack, quiet: Progress, place: Any) -> None:
    """S3 has the segment first; the local one is faster to restore from."""
    place(answering(), AHEAD, AHEAD, catalog(BOTH, {1: reach(1, 50), 2: reach(1, 50)}))
    checked = preflight(stack, Target(time=at(40)), 0, quiet)
    assert [each.backup.repository for each in checked.options] == [1, 2]


def test_a_local_repository_that_lags_is_not_waited_for_longer(
    stack: Stack, quiet: Progress, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 covers the target."""
    monkeypatch.setattr(reaching, "GRACE_SECONDS", 0.01)
    place(answering(), AHEAD)
    checked = preflight(stack, Target(time=at(40)), 0, quiet)
    assert [each.backup.repository for each in checked.options] == [2]


def test_the_chosen_repository_has_to_have_it(stack: Stack, quiet: Progress, place: Any) -> None:
    """Another one that reaches further does not help who named this one."""
    both = catalog([LOCAL, backup("R", 0, repository=2)], {1: reach(1, 30), 2: reach(1, 40)})
    place(answering(), both, both, replace(both, reaches={1: reach(1, 40), 2: reach(1, 40)}))
    checked = preflight(stack, Target(time=at(35)), 1, quiet)
    assert [each.backup.label for each in checked.options] == ["L"]


def test_target_that_is_never_archived_is_refused(
    stack: Stack, quiet: Progress, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a time, with what there is."""
    monkeypatch.setattr(reaching, "REACH_SECONDS", 0.01)
    place(answering())
    with pytest.raises(Failure, match="not covered"):
        preflight(stack, Target(time=at(35)), 0, quiet)


def test_what_lies_before_an_upgrade_is_told(stack: Stack, quiet: Progress, place: Any) -> None:
    """It is in the other version's stanza; without an upgrade nobody is sent there."""
    place(answering())
    for former, told in (([], False), ([15], True)):
        configure(stack, {"database.former": former})
        with pytest.raises(Failure) as refused:
            preflight(Stack(stack.name, stack.root), Target(label="20200101-000000F"), 0, quiet)
        assert ("PostgreSQL 15 served" in str(refused.value)) is told


def test_no_room_is_refused_with_both_figures(stack: Stack, quiet: Progress, place: Any) -> None:
    """A second copy needs its size, a fifth more, and a GiB."""
    place(answering(free=f"Avail\n{1000 * MEBIBYTE}\n"))
    with pytest.raises(Failure, match=r"needs 1\.1 GiB, and 1\.0 GiB are free"):
        preflight(stack, Target(latest=True), 0, quiet)


def test_latest_of_a_timeline_that_was_never_archived_is_refused(
    stack: Stack, quiet: Progress, place: Any
) -> None:
    """A standby would wait for ever for a database on another timeline; a time can be reached."""
    place(answering(timeline=4))
    with pytest.raises(Failure, match="serves timeline 4"):
        preflight(stack, Target(latest=True), 0, quiet)
    assert preflight(stack, Target(time=at(10)), 0, quiet).options


def test_another_cluster_is_not_asked_for_its_timeline(stack: Stack, quiet: Progress, place: Any) -> None:
    """A fresh cluster on a new host has nothing to do with the backups."""
    place(answering(system=8, timeline=4))
    assert preflight(stack, Target(latest=True), 0, quiet).unarchived == 0


def test_listing_for_programs_and_for_people() -> None:
    """Backups, reach to the second, and who is silent."""
    known = content(KNOWN)
    assert known["backups"][0]["label"] == "L"
    assert known["backups"][0]["repository"] == "local"
    assert known["reach"]["local"]["until"] == "2026-11-24T12:30:00+00:00"
    assert known["silent"] == {"s3": "no route"}
    assert rows(KNOWN)[0][:4] == ("local", "L", "full", "2026-11-24 12:00:00")
    assert table(KNOWN)[0].startswith("repository  label  type  restorable from (UTC)  database")
    assert table(KNOWN)[1].startswith("local       L      full  2026-11-24 12:00:00    100 MiB")
    assert reaches(KNOWN) == [
        "local: WAL reaches to 2026-11-24 12:30:00+00:00 (timeline 1)",
        "s3: does not answer: no route",
    ]


def test_listing_of_nothing_is_no_error() -> None:
    """A damaged backup is marked, WAL without a commit has no second."""
    bare = catalog([replace(LOCAL, failed=True)], {1: reach(1, None)})
    assert rows(bare)[0][1] == "L (damaged)"
    assert reaches(bare) == ["local: WAL reaches to no known second (timeline 1)"]
    assert content(catalog([], {}))["timeline"] == 1

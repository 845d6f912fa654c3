"""A proof from its point to its verdict, against containers that answer as real ones did."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from backups.outlook import rates
from backups.plan import Goal
from backups.proof import batched, gather
from backups.proving import proofs, verify
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.proving.test_proving_point import SAID
from tests.backups.scene import Container, at, backup, catalog, reach

GATHERED = (
    (("from pg_database",), "bem\npostgres\n"),
    (("pg_stat_user_tables", "-d bem"), 'public.items\npublic."odd one\'s"\n'),
    (("pg_stat_user_tables",), "operations.heartbeat\n"),
    (("count(*)", "-d bem"), 'public.items\t12\npublic."odd one\'s"\t3\n'),
    (("count(*)",), "operations.heartbeat\t1\n"),
    (("to_regclass",), "t"),
    (("max(at)",), "2026-11-24 12:00:00.5+00"),
    (("data_checksums",), "on"),
)
POINT = SAID.replace("000000020000", "000000010000")
LIVING = ((("pg_relation_size",), "public.items"), (("bash", "in share mode"), POINT))
COUNTED = 'public.items\t45001\npublic."odd|one\'s"\t0\n'
RECOVERED = (
    (("wal-runs",), '{"runs": {"1": [[0, 68719476736]]}, "histories": []}'),
    (("pg_xact_status",), "0"),
    (("replay_lsn",), "0/70000000"),
    (("pause_state",), "paused"),
    (("cat", "recovery.log"), "LOG:  recovery stopping at restore point"),
    (("count(*)", "-d bem"), COUNTED),
    (("pg_walfile_name",), "2"),
    (("is_in_recovery",), "f"),
    *GATHERED,
)


class Scratch(Container):
    """A scratch that does what it is told, but for what a test says first."""

    def exec_run(self, argv: list[str], **options: Any) -> tuple[int, tuple[bytes, bytes]]:
        """Everything that nobody foresaw succeeds without a word."""
        status, said = super().exec_run(argv, **options)
        return (0, (b"", b"")) if status == 99 else (status, said)


class Place:
    """Where a proof happens: a living database or none, and a scratch."""

    def __init__(self) -> None:
        self.living: Container | None = Container(*LIVING)
        self.target = Scratch(*RECOVERED)
        self.catalog = catalog([backup("L", 0)], {1: reach(1, 5)}, silent={2: "no route"})
        self.left: list[str] = []

    def answer(self, *answers: tuple[tuple[str, ...], int | str]) -> None:
        """The scratch gives these before all others."""
        self.target = Scratch(*answers, *RECOVERED)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    """In the place of Docker."""
    found = Place()

    @contextmanager
    def scratch(_stack: Stack, volume: str) -> Iterator[Container]:
        found.left.append(volume)
        yield found.target

    monkeypatch.setattr(verify, "scratch", scratch)
    monkeypatch.setattr(verify, "remove_volume", found.left.remove)
    monkeypatch.setattr(verify, "read_catalog", lambda *_: found.catalog)
    monkeypatch.setattr("backups.switch.alive", lambda _stack: found.living)
    monkeypatch.setattr("backups.proving.point_archive.wait_until_archived", lambda *_: None)
    return found


def test_proof_pauses_at_the_point_and_compares(stack: Stack, quiet: Progress, place: Place) -> None:
    """Heartbeat and rows; then the database is looked at as one that can be written. The verdict is kept."""
    proof = verify.verify(stack, 1, quiet)
    assert proof.problems == ()
    assert (proof.label, proof.compared, proof.recorded["bem.public.items"]) == ("L", True, 45001)
    assert place.target.was_told("restore", "--type=name", f"--target={proof.mark}")
    told = [" ".join(argv) for argv in place.target.told]
    order = ["--type=name", "pause_state", "pg_xact_status", "checkpoint", "pg_amcheck", "pg_checksums"]
    places = [next(number for number, line in enumerate(told) if word in line) for word in order]
    assert places == sorted(places)
    assert place.left == []
    kept = proofs.newest(stack)["local"]
    assert (kept.label, kept.mark, kept.good, kept.recovered_to) == ("L", proof.mark, True, at(0.5 / 60))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((("count(*)", "-d bem"), COUNTED.replace("45001", "45000")), "items has 45000 rows"),
        ((("max(at)",), "2026-11-24 12:00:00.4+00"), "the newest second is"),
        ((("pg_amcheck",), 2), "amcheck"),
        ((("pg_checksums",), 1), "checksums"),
        ((("data_checksums",), "off"), "no checksums"),
        ((("wal-runs",), '{"runs": {}, "histories": []}'), "WAL segment 000000010000000000000000"),
        ((("wal-runs",), 49), "cannot be listed"),
        ((("--type=name",), 1), "restoring backup L failed"),
        ((("recovery.log",), "LOG:  paused"), "before it met its target"),
    ],
)
def test_what_is_wrong_makes_a_verdict(
    stack: Stack, quiet: Progress, place: Place, answer: tuple[tuple[str, ...], int | str], words: str
) -> None:
    """A row, a second, an index, a page; a restore that fails, too. It is kept, and no volume is left."""
    place.answer(answer)
    proof = verify.verify(stack, 1, quiet)
    assert any(words in each for each in proof.problems), proof.problems
    assert not proofs.newest(stack)["local"].good
    assert place.left == []


def test_counts_of_a_moment_in_which_transactions_ended(stack: Stack, quiet: Progress, place: Place) -> None:
    """Are not compared, and the verdict says so."""
    place.answer((("pg_xact_status",), "2"), (("count(*)", "-d bem"), "public.items\t7\n"))
    proof = verify.verify(stack, 1, quiet)
    assert proof.good
    assert not proof.compared


def test_without_a_living_database_all_wal_is_taken(stack: Stack, quiet: Progress, place: Place) -> None:
    """And the verdict has no point."""
    place.living = None
    proof = verify.verify(stack, 1, quiet)
    assert proof.good
    assert (proof.mark, proof.recorded, proof.compared) == ("", {}, False)
    assert place.target.was_told("restore", "--type=default")


def test_backup_that_ended_behind_the_point(stack: Stack, quiet: Progress, place: Place) -> None:
    """The only one there is: proven to the end of the WAL."""
    place.catalog = catalog([backup("L", 0, stop_lsn=1 << 60)], {1: reach(1, 5)})
    proof = verify.verify(stack, 1, quiet)
    assert (proof.label, proof.mark) == ("L", "")


def test_repository_without_a_way_is_a_verdict(stack: Stack, quiet: Progress, place: Place) -> None:
    """With its own words when it is silent; nothing was restored."""
    assert verify._plan(place.catalog, 1, None).goal is Goal.LATEST  # noqa: SLF001  # the twin
    proof = verify.verify(stack, 2, quiet)
    assert proof.problems == ("repository s3 cannot be restored from: no route",)
    assert proofs.newest(stack)["s3"].label == ""


def test_wal_that_does_not_come_is_a_verdict(
    stack: Stack, quiet: Progress, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is restored."""

    def lost(*_: object) -> None:
        raise Failure("WAL is missing: segment X")

    monkeypatch.setattr("backups.proving.point_archive.wait_until_archived", lost)
    assert verify.verify(stack, 1, quiet).problems == ("WAL is missing: segment X",)
    assert not place.target.was_told("restore")


def test_living_database_that_makes_no_point_is_no_verdict(
    stack: Stack, quiet: Progress, place: Place
) -> None:
    """Nothing was found out about the backup: nothing is kept."""
    place.living = Container((("pg_relation_size",), ""), (("bash",), 1))
    with pytest.raises(Failure, match="making the point of a proof failed"):
        verify.verify(stack, 1, quiet)
    assert proofs.read(stack).links == ()


def test_proof_remembers_how_long_it_took(stack: Stack, quiet: Progress, place: Place) -> None:
    """Restores are foretold by it; one that failed tells nothing."""
    verify.verify(stack, 1, quiet)
    (run,) = rates.runs(stack)
    assert run.what == rates.VERIFY
    place.answer((("--type=name",), 1))
    verify.verify(stack, 1, quiet)
    assert len(rates.runs(stack)) == 1


def test_facts_count_every_table_of_every_database() -> None:
    """Names with quotes too; the newest second is read."""
    facts = gather(Container(*GATHERED), count=True)
    assert facts.rows == {
        "bem.public.items": 12,
        'bem.public."odd one\'s"': 3,
        "postgres.operations.heartbeat": 1,
    }
    assert facts.checksums
    assert facts.heartbeat is not None


def test_facts_without_counting_read_no_table() -> None:
    """A database without a heartbeat has no newest second."""
    target = Container((("to_regclass",), "f"), *GATHERED)
    facts = gather(target)
    assert facts.rows == {}
    assert facts.heartbeat is None
    assert not target.was_told("count(*)")


def test_tables_are_counted_some_at_a_time() -> None:
    """A command line has its limit."""
    assert batched(["a", "b", "c"], 2) == [["a", "b"], ["c"]]
    assert batched([], 2) == []

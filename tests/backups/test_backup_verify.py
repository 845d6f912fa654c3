from pathlib import Path
from typing import Any

import pytest

from backups import verify as module
from backups.plan import Goal
from backups.proof import batched, gather
from backups.verify import statements
from operation.failure import Failure
from operation.stack import Stack
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("-- nothing; but words\n", []),
        ("select 1", ["select 1"]),
        ("select 1; -- one\nselect 2;\n", ["select 1", "select 2"]),
        ("select 'a;b', \"c;d\";", ["select 'a;b', \"c;d\""]),
        ("select 'it''s; fine'; select 2", ["select 'it''s; fine'", "select 2"]),
        (
            "do $$ begin perform 1; end $$; select 3 /* ; */ - 1",
            ["do $$ begin perform 1; end $$", "select 3  - 1"],
        ),
        ("select 4 / 2; ;", ["select 4 / 2"]),
    ],
)
def test_statements_end_at_their_own_semicolons(text: str, found: list[str]) -> None:
    """Those in quotes, in functions' bodies and in comments part nothing."""
    assert statements(text) == found


def test_shipped_file_has_statements() -> None:
    """The file that a proof runs is understood."""
    path = Path(module.__file__).parent / module.QUERIES
    assert statements(path.read_text())


def asked(stack: Stack, text: str, *answers: tuple[tuple[str, ...], int | str]) -> list[str]:
    """What a proof finds wrong with that file and those answers."""
    folder = stack.root / "backups"
    folder.mkdir()
    (folder / module.QUERIES).write_text(text)
    return module._queries(stack, Container(*answers))  # noqa: SLF001  # the statements' verdicts alone


def test_statements_that_hold_prove_nothing_wrong(stack: Stack) -> None:
    """True, or a result that is no truth value."""
    assert asked(stack, "select 1 = 1; select 7", (("1 = 1",), "t"), (("7",), "7")) == []


def test_statement_that_fails_or_says_false_is_a_problem(stack: Stack) -> None:
    """Each is named with its words."""
    problems = asked(stack, "select false; select broken", (("false",), "f"), (("broken",), 1))
    assert problems[0] == "verify.sql: «select false» says false"
    assert "«select broken» failed" in problems[1]


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


@pytest.mark.parametrize(("answer", "problems"), [("", 0), (1, 1)])
def test_pages_and_indexes_are_judged(answer: int | str, problems: int) -> None:
    """By the exit status of PostgreSQL's own tools."""
    target: Any = Container((("pg_checksums",), answer), (("pg_amcheck",), answer))
    assert len(module._pages(target)) == problems  # noqa: SLF001
    assert len(module._amcheck(target)) == problems  # noqa: SLF001


def test_repository_without_a_way_is_told(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its own words when it is silent."""
    known = catalog([backup("L", 0)], {1: reach(1, 5)}, silent={2: "no route"})
    monkeypatch.setattr(module, "read_catalog", lambda *_: known)
    assert module._plan(stack, None, 1).goal is Goal.LATEST  # noqa: SLF001
    with pytest.raises(Failure, match="s3 cannot be restored from: no route"):
        module._plan(stack, None, 2)  # noqa: SLF001


def test_proof_is_kept_and_the_newest_counts(stack: Stack) -> None:
    """One a repository, with its verdict."""
    for minutes, problems in ((0, ()), (5, ("amcheck: broken",))):
        proof = module.Proof(at(minutes), "local", f"L{minutes}", at(0), 1.5, {"a": 1}, problems)
        module._keep(stack, proof)  # noqa: SLF001
    assert module.newest(stack)["local"]["label"] == "L5"
    assert module.newest(stack)["local"]["good"] is False
    assert "s3" not in module.newest(stack)

"""What a restored database is looked at with, and what counts as a problem."""

import pytest

from backups.proving import examination
from backups.proving.examination import AMCHECK, answers, pages, statements, structures
from operation.stack import ROOT, Stack
from tests.backups.scene import Container

HEAP = """heap table "bem.public.items", block 3, offset 7, attribute 1:
    toast value 16411 not found in toast table
"""
INDEX = """btree index "bem.public.items_pkey":
    ERROR:  item order invariant violated for index "items_pkey"
"""


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
    path = ROOT / "backups" / examination.QUERIES
    assert statements(path.read_text())


def asked(stack: Stack, text: str, *said: tuple[tuple[str, ...], int | str]) -> list[str]:
    """What a proof finds wrong with that file and those answers."""
    folder = stack.root / "backups"
    folder.mkdir()
    (folder / examination.QUERIES).write_text(text)
    return answers(stack, Container(*said))


def test_statements_that_hold_prove_nothing_wrong(stack: Stack) -> None:
    """True, or a result that is no truth value."""
    assert asked(stack, "select 1 = 1; select 7", (("1 = 1",), "t"), (("7",), "7")) == []


def test_statement_that_fails_or_says_false_is_a_problem(stack: Stack) -> None:
    """Each is named with its words."""
    problems = asked(stack, "select false; select broken", (("false",), "f"), (("broken",), 1))
    assert problems[0] == "verify.sql: «select false» says false"
    assert "«select broken» failed" in problems[1]


def test_every_heap_and_every_index_is_looked_at() -> None:
    """In all databases, and nothing is left out: not TOAST, not indexes, no kind of page."""
    assert {"--all", "--heapallindexed", "--parent-check", "--install-missing"} <= set(AMCHECK)
    less = ("--no-dependent", "--skip", "--startblock", "--endblock", "--table", "--index", "--relation")
    assert not [option for option in AMCHECK if option.startswith(less)]


class Saying(Container):
    """A tool that finds something, and says so on its standard output as pg_amcheck does."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words

    def exec_run(self, argv: list[str], **_: object) -> tuple[int, tuple[bytes, bytes]]:
        """Status 2: pg_amcheck's for what is corrupt."""
        self.told.append(argv)
        return 2, (self.words.encode(), b"")


@pytest.mark.parametrize("words", [HEAP, INDEX])
def test_damaged_heap_and_damaged_index_are_named(words: str) -> None:
    """With amcheck's own words, which name the relation."""
    (problem,) = structures(Saying(words))
    assert problem.startswith("amcheck: ")
    assert words.splitlines()[0] in problem


@pytest.mark.parametrize(("answer", "problems"), [("", 0), (1, 1)])
def test_pages_and_structures_are_judged(answer: int | str, problems: int) -> None:
    """By the exit status of PostgreSQL's own tools."""
    target = Container((("pg_checksums", "/cluster/pgdata"), answer), (("pg_amcheck",), answer))
    assert len(pages(target)) == problems
    assert len(structures(target)) == problems

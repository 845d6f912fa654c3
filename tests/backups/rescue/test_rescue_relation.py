"""Names of rescued tables, and the statements that a rescue executes or proposes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from backups.plan import Goal, Plan
from backups.rescue import account, choice, relation
from backups.rescue.account import next_steps
from backups.rescue.choice import wanted_of
from backups.rescue.difference import Difference, statement
from backups.rescue.extract import copied
from backups.rescue.relation import Columns, Relation
from backups.rescue.rescue import Rescued, Wanted
from operation.failure import Failure
from tests.backups.scene import at, backup

ITEMS = Relation("public", "items")
AT = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)
PLAN = Plan(backup("L", 1), 1, Goal.TIME, at(10))
CHOSEN = {"where": "", "database": "bem", "to_table": ""}


def test_the_name_says_when() -> None:
    """In UTC; a long name is shortened at a letter's border, so that PostgreSQL need not do it."""
    assert str(ITEMS.rescued(AT)) == "public.items_rescued_20261124t031000"
    long = Relation("public", "ü" * 31).rescued(AT)
    assert len(long.table.encode()) == 62
    assert long.table.endswith("_rescued_20261124t031000")


def test_names_are_quoted() -> None:
    """Whatever is in them."""
    odd = Relation("My Schema", 'a"b')
    assert odd.quoted == '"My Schema"."a""b"'
    assert '\'"My Schema"."a""b"\'' in odd.literal


def test_rows_are_compared_by_key() -> None:
    """By the primary key of both; by whole rows when they differ in it; columns of one only are left out."""
    both = Columns(("id", "name"), ("id",), ("id", "name"))
    wider = Columns(("id", "name", "more"), ("id",), ("id", "name", "more"))
    past = ITEMS.rescued(AT)
    by_key = statement(past, ITEMS, (both, wider), "id > 5")
    assert 'full join now using ("id")' in by_key
    assert "where (id > 5\n)" in by_key
    assert '"more"' not in by_key
    keyless = Columns(("id", "name"), (), ("id", "name"))
    assert "using (content)" in statement(past, ITEMS, (both, keyless), "")


def test_a_copy_holds_the_condition_together() -> None:
    """Also one that ends in a comment: the parenthesis closes on the next line."""
    text = copied(ITEMS, ITEMS.rescued(AT), ("id",), "id > 5 -- the late ones")
    assert "where (id > 5 -- the late ones\n)" in text
    assert 'add primary key ("id")' in text
    assert "primary key" not in copied(ITEMS, ITEMS.rescued(AT), (), "")


def rescued(found: Difference | None) -> Rescued:
    """A rescue that found that difference."""
    wanted = Wanted(ITEMS, ITEMS.rescued(AT), "", "bem")
    return Rescued(wanted, PLAN, None, ("id",), 3, found, "" if found else "there is no such table now")


def test_what_is_proposed(capsys: pytest.CaptureFixture[str]) -> None:
    """Lost rows come back by an insert that takes identities; a table that is gone by its old name."""
    steps = next_steps(rescued(Difference(2, 0, 1, 0, by_key=True, fillable=("id", "name"))))
    assert (
        'insert into "public"."items" ("id", "name") overriding system value'
        in steps["bring the lost rows back"]
    )
    assert "is distinct from" in steps["see the changed rows, as they were"]
    gone = next_steps(rescued(None))
    assert gone["let it take the old place"].endswith('rename to "items";')
    assert list(next_steps(rescued(Difference(0, 0, 0, 3, by_key=True)))) == ["remove what was rescued"]
    account.tell(rescued(None), as_json=False)
    assert "not compared: there is no such table now" in capsys.readouterr().out


class Answers:
    """Stands for a database: an answer for each statement that has the word in it."""

    def __init__(self, **known: str) -> None:
        self.known = {"pg_database": "1", "parse_ident": "items", "pg_attribute": "", **known}

    def __call__(self, _target: Any, text: str, _database: str = "") -> str:
        """The first that fits."""
        for word, answer in self.known.items():
            if word in text:
                if answer.startswith("ERROR"):
                    raise Failure(answer)
                return answer
        return ""


def chosen(monkeypatch: pytest.MonkeyPatch, answers: Answers, **options: str) -> Wanted:
    """What is made of `--table items` with those options."""
    for module in (choice, relation):
        monkeypatch.setattr(module, "query", answers)
    return wanted_of(object(), "items", PLAN, {**CHOSEN, **options})


def test_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Schema `public` unless one is named, and a name of its own for what is rescued."""
    found = chosen(monkeypatch, Answers())
    assert found.table == ITEMS
    assert found.beside.table.startswith("items_rescued_")
    assert chosen(monkeypatch, Answers(parse_ident="audit\nlog")).table == Relation("audit", "log")


@pytest.mark.parametrize(
    ("known", "options", "words"),
    [
        ({"pg_database": "0"}, {"database": "nowhere"}, "no database 'nowhere'"),
        ({"parse_ident": "ERROR"}, {}, "no name of a table"),
        ({"parse_ident": "a\nb\nc"}, {}, "no name of a table"),
        ({"pg_attribute": "id\tt\tt"}, {}, "already"),
        ({}, {"where": "true; drop table items"}, "one condition"),
        ({}, {"where": "true;"}, "one condition"),
        ({}, {"where": "-- nothing"}, "one condition"),
    ],
)
def test_what_is_refused(
    monkeypatch: pytest.MonkeyPatch, known: dict[str, str], options: dict[str, str], words: str
) -> None:
    """Before anything is restored."""
    with pytest.raises(Failure, match=words):
        chosen(monkeypatch, Answers(**known), **options)

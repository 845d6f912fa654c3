"""A table's rows copied, carried and compared by a real PostgreSQL: odd tables, and what goes wrong."""

import contextlib
from collections.abc import Iterator

import pytest

from backups.engine import query
from backups.rescue.difference import Difference, difference
from backups.rescue.extract import carry, extract
from backups.rescue.relation import Columns, Relation, columns, relation, resembling
from operation.failure import Failure
from tests.images.workshop import Container

pytestmark = pytest.mark.platform

ODD = """
create schema "Odd ones";
create type "Odd ones".mood as enum ('good', 'bad');
create table "Odd ones"."a-b" (
  id bigint generated always as identity, "Größe" numeric,
  "twice" numeric generated always as ("Größe" * 2) stored,
  feels "Odd ones".mood default 'good', words text[], facts json, check ("Größe" < 1000),
  primary key (id, feels)
) partition by list (feels);
create table "Odd ones".good partition of "Odd ones"."a-b" for values in ('good');
create table "Odd ones".bad partition of "Odd ones"."a-b" for values in ('bad');
insert into "Odd ones"."a-b" ("Größe", feels, words, facts)
  select n, case when n % 2 = 0 then 'good' else 'bad' end::"Odd ones".mood, array['ä', null, '{'], '{"n": 1}'
  from generate_series(1, 100) n;
create table "Odd ones".keyless (n int, at timestamptz default now());
insert into "Odd ones".keyless select n % 10 from generate_series(1, 50) n
"""
NAME = '"Odd ones"."a-b"'


@pytest.fixture
def tables(database: Container) -> Iterator[Container]:
    """The database with tables that nobody should have, and everybody has."""
    query(database, 'drop schema if exists "Odd ones" cascade', "bem")
    query(database, ODD, "bem")
    yield database
    query(database, 'drop schema "Odd ones" cascade', "bem")


def known(target: Container, of: Relation) -> Columns:
    """The columns of a table that is there."""
    found = columns(target, of, "bem")
    assert found is not None
    return found


def test_a_copy_of_everything(tables: Container) -> None:
    """A partitioned table with identity, generated column, enum and array: a plain one with the same rows."""
    of = relation(tables, NAME, "bem")
    assert (of.schema, of.table) == ("Odd ones", "a-b")
    to = Relation(of.schema, "beside")
    was, rows = extract(tables, of, to, "", "bem")
    assert (rows, was.key) == (100, ("id", "feels"))
    assert set(was.names) - set(was.fillable) == {"twice"}
    assert query(tables, f"select sum(twice) from {to.quoted}", "bem") == "10100"
    now = known(tables, of)
    assert difference(tables, to, of, (was, now), "", "bem") == Difference(
        0, 0, 0, 100, by_key=True, fillable=now.fillable
    )
    query(tables, f"delete from {of.quoted} where id <= 10", "bem")
    query(tables, f"update {of.quoted} set words = null where id > 95", "bem")
    query(tables, f'insert into {of.quoted} ("Größe") values (7)', "bem")
    found = difference(tables, to, of, (was, now), "", "bem")
    assert (found.gone, found.new, found.changed, found.same) == (10, 1, 5, 85)


def test_some_rows(tables: Container) -> None:
    """The condition counts for both sides of the comparison."""
    of = relation(tables, NAME, "bem")
    to = Relation(of.schema, "some")
    was, rows = extract(tables, of, to, "id > 90 -- the last", "bem")
    assert rows == 10
    found = difference(tables, to, of, (was, known(tables, of)), "id > 90 -- the last", "bem")
    assert (found.gone, found.new, found.changed, found.same) == (0, 0, 0, 10)


def test_without_a_key(tables: Container) -> None:
    """Rows that are there several times count as often."""
    of = relation(tables, '"Odd ones".keyless', "bem")
    to = Relation(of.schema, "beside")
    was, _ = extract(tables, of, to, "", "bem")
    two = f"select ctid from {of.quoted} where n = 3 limit 2"
    query(tables, f"delete from {of.quoted} where ctid in ({two})", "bem")
    query(tables, f"alter table {of.quoted} add more int", "bem")
    found = difference(tables, to, of, (was, known(tables, of)), "", "bem")
    assert (found.gone, found.new, found.same, found.by_key) == (2, 0, 48, False)
    assert found.columns == ("more",)


def test_what_cannot_be_read(tables: Container) -> None:
    """A table that was not there names its neighbours; a condition that does not hold with it says why."""
    missing = relation(tables, '"Odd ones".keyles', "bem")
    assert resembling(tables, missing, "bem")[0] == "Odd ones.keyless"
    with pytest.raises(Failure, match=r"no table Odd ones\.keyles") as caught:
        extract(tables, missing, Relation("public", "x"), "", "bem")
    assert "keyless" in caught.value.remedy
    of = relation(tables, NAME, "bem")
    with pytest.raises(Failure, match='column "nothing" does not exist'):
        extract(tables, of, Relation("public", "x"), "nothing = 1", "bem")
    assert columns(tables, Relation("public", "x"), "bem") is None


def test_what_cannot_be_written(tables: Container) -> None:
    """A name that is taken, and a source that fails: the words of PostgreSQL, and everything as it was."""
    of = relation(tables, '"Odd ones".keyless', "bem")
    before = query(tables, f"select count(*) from {of.quoted}", "bem")
    with pytest.raises(Failure, match="already exists"):
        carry(tables, tables, of, "bem", lambda _: None)
    with pytest.raises(Failure, match="no matching tables"), contextlib.suppress(BrokenPipeError):
        carry(tables, tables, Relation("public", "nothing"), "bem", lambda _: None)
    assert query(tables, f"select count(*) from {of.quoted}", "bem") == before

"""Realistic rows in any number, and changes of a hundredth of them: together in one place, or all over.

The rows are orders with words, numbers, dates and JSON; they compress about three to one. All of it follows
from a row's number, so two databases that are filled alike are alike.
"""

from enum import StrEnum
from typing import Any

from backups.engine import query
from bench.command import timed
from operation.containers import wait_for

DATABASE = "bem"
TABLE = "bench_orders"
LIMIT = 3600.0
ARCHIVE_SECONDS = 1800.0
ROW_BYTES = 630
"""Of one row with its share of both indexes, as it was measured."""
NOTES = 32768
"""Texts that rows choose from: 9 MB together, more than zstd's window at level 1 (512 KiB)."""
WORDS = """
about above address after again agreed always amount another arrived before behind below between blue
box brought called cannot carrier chair changed charged checked city clock cold colour complete copper
corner cotton customer damaged dark date days deliver door double early empty evening every exchange
first floor follow fragile from front garden gift glass green half handle heavy house instead iron
kitchen label large late leave left letter light long lower medium metal missing monday morning narrow
need neighbour never next note number often oil only open order other outside paid paper part payment
phone piece please price quality ready reason receipt red refund repair replace return right ring second
send short silver size small soft some spare spring steel stone store street summer table thank their
thin tomorrow tree under until urgent very voucher warm watch water week white window winter with wood
wrap yellow yesterday
"""

SCHEMA = (
    f"""
create table {TABLE} (
  id bigint not null, placed_at timestamptz not null, customer uuid not null, email text not null,
  state text not null, amount numeric(12, 2) not null, lines jsonb not null, note text not null
) with (autovacuum_enabled = off)
""",
    f"""
create unlogged table bench_notes as
with known as (select regexp_split_to_array(trim('{" ".join(WORDS.split())}'), ' ') as words)
select n, (
  select string_agg(words[1 + abs(hashint8extended(n * 64 + k, 7) % cardinality(words))], ' ')
  from generate_series(1, 44) k
) as note
from known, generate_series(0, {NOTES - 1}) n
""",  # noqa: S608  # of constants
    "alter table bench_notes add primary key (n)",
)
"""Autovacuum would change pages at a moment of its own."""

FILL = f"""
insert into {TABLE}
select g, '2024-01-01'::timestamptz + g * interval '3 seconds', md5(g::text)::uuid,
  split_part(note, ' ', 1) || '.' || split_part(note, ' ', 2) || (h & 4095) || '@example.org',
  (array['placed', 'paid', 'packed', 'sent', 'delivered', 'returned'])[1 + (h >> 8 & 7) * 5 / 7],
  (h >> 12 & 1048575) / 100.0,
  jsonb_build_array(
    jsonb_build_object(
      'sku', 'A-' || (h >> 20 & 65535), 'quantity', 1 + (h >> 4 & 3),
      'price', round((h >> 24 & 65535) / 100.0, 2)),
    jsonb_build_object(
      'sku', 'B-' || (h >> 28 & 65535), 'quantity', 1 + (h >> 6 & 3),
      'price', round((h >> 32 & 65535) / 100.0, 2))),
  note
from (
  select g, h, (select note from bench_notes where n = h >> 40 & {NOTES - 1}) as note from (
    select g, hashint8extended(g, 1) & 9223372036854775807 as h from generate_series({{first}}, {{last}}) g
  ) as hashed offset 0
) as numbered
"""  # noqa: S608  # of constants

FINISH = (
    f"alter table {TABLE} add primary key (id)",
    f"create index on {TABLE} (placed_at)",
    "drop table bench_notes",
    f"vacuum (freeze, analyze) {TABLE}",
    "checkpoint",
)
"""Frozen: hint bits that a reader sets later would be changed pages too."""

ARCHIVED = "select coalesce(last_archived_wal >= '{}', false) from pg_stat_archiver"
PSQL = f"psql -X -q -v ON_ERROR_STOP=1 -d {DATABASE}"
BOTH = f'{PSQL} -c "$1" & one=$!; {PSQL} -c "$2"; wait $one'
"""Two statements at once; fails when one does."""


class Change(StrEnum):
    """Where the hundredth of all rows lies that a change takes."""

    TOGETHER = "1 % changed together"
    SCATTERED = "1 % changed all over"


def rows_of(gigabytes: float) -> int:
    """How many rows that many GB are; a multiple of 100."""
    return max(100, round(gigabytes * 1e9 / ROW_BYTES) // 100 * 100)


def change_statement(change: Change, turn: int, rows: int) -> str:
    """The update of another hundredth at each turn; pure."""
    if change is Change.TOGETHER:
        some = rows // 100
        which = f"id > {turn % 100 * some} and id <= {(turn % 100 + 1) * some}"
    else:
        which = f"id % 100 = {turn % 100}"
    return f"update {TABLE} set state = 'changed', note = reverse(note) where {which}"  # noqa: S608  # of numbers


def fill(target: Any, gigabytes: float) -> float:
    """Makes the table with its indexes, vacuumed and frozen, by two sessions.

    Returns:
        size of the database, in GB.

    Raises:
        Failure: when a statement fails or does not end in time.
    """
    for statement in SCHEMA:
        query(target, statement, DATABASE)
    rows = rows_of(gigabytes)
    halves = [FILL.format(first=1, last=rows // 2), FILL.format(first=rows // 2 + 1, last=rows)]
    timed(["docker", "exec", target.id, "bash", "-ec", BOTH, "bash", *halves], LIMIT)
    for statement in FINISH:
        query(target, statement, DATABASE)
    return int(query(target, f"select pg_database_size('{DATABASE}')")) / 1e9


def change(target: Any, kind: Change, turn: int, rows: int) -> None:
    """Changes a hundredth, and brings it into the files."""
    query(target, change_statement(kind, turn, rows), DATABASE)
    query(target, "checkpoint")


def settle(target: Any) -> None:
    """Waits until all that was written is archived: what is measured next has the machine for itself.

    Raises:
        Failure: when it is not archived in time.
    """
    segment = query(target, "select pg_walfile_name(pg_switch_wal())")
    wait_for(
        lambda: query(target, ARCHIVED.format(segment)) == "t", ARCHIVE_SECONDS, "the archiving of the rows"
    )

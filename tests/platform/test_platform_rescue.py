"""A table brought back beside the one that serves, on a real platform; also when it is killed on the way."""

import os
import signal

import pytest

from backups.engine import query
from backups.scratch import ROLE
from operation.containers import container, containers
from tests.platform.deployment import Deployment, awaited

pytestmark = [pytest.mark.platform, pytest.mark.lane("restore")]

MADE = """
create table ledger (id bigint generated always as identity primary key, note text not null);
insert into ledger (note) select repeat('x', 200) || n from generate_series(1, {rows}) n
"""


def sql(platform: Deployment, text: str) -> str:
    """What the serving database answers."""
    return query(container(platform.stack, "database"), text, "bem")


def test_a_dropped_table_and_one_with_lost_rows(platform: Deployment) -> None:
    """Both come back as they were at the mark; the platform serves on, and what was proposed works."""
    sql(platform, MADE.format(rows=2000))
    platform.write("kept")
    platform.succeed("backup.mark", "before-the-drop")
    sql(platform, "delete from items where name = 'kept'; drop table ledger")
    words = ("--to-mark", "before-the-drop", "--json")
    said = platform.succeed("backup.rescue", "--table", "ledger", *words, "--dry-run")
    assert sql(platform, f"select to_regclass('{said.json['to_table']}') is null") == "t", "a dry run"

    ledger = platform.succeed("backup.rescue", "--table", "ledger", *words).json
    assert (ledger["rows"], ledger["difference"]) == (2000, None)
    sql(platform, ledger["statements"]["let it take the old place"])
    assert sql(platform, "select count(*), max(id) from ledger") == "2000\t2000"

    items = platform.succeed("backup.rescue", "--table", "items", "--where", "name = 'kept'", *words).json
    found = items["difference"]
    assert (items["rows"], found["gone"], found["new"], found["changed"]) == (1, 1, 0, 0)
    assert "kept" not in platform.names(), "nothing but the table beside it was written"
    sql(platform, items["statements"]["bring the lost rows back"])
    assert "kept" in platform.names()

    again = platform.invoke("backup.rescue", "--table", "items", *words)
    assert again.status == 2, "the name is taken"
    assert platform.invoke("backup.rescue", "--table", "nothing", *words).status == 2
    sql(platform, f"{items['statements']['remove what was rescued']} drop table ledger")


@pytest.mark.long
def test_killed_on_the_way(platform: Deployment) -> None:
    """While rows pass into the serving database: none stay, and the same command works."""
    sql(platform, MADE.format(rows=200_000))
    platform.succeed("backup.mark", "before-the-kill")
    words = (
        "backup.rescue",
        "--table",
        "ledger",
        "--to-mark",
        "before-the-kill",
        "--to-table",
        "ledger_then",
    )
    process = platform.start("invoke", *words)
    loading = "select count(*) from pg_stat_activity where application_name = 'pg_restore'"
    awaited(lambda: sql(platform, loading) != "0" or process.poll() is not None, 180, "the writing")
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    awaited(lambda: sql(platform, loading) == "0", 60, "the end of the writing")
    assert sql(platform, "select to_regclass('ledger_then') is null") == "t"
    again = platform.succeed(*words, "--json").json
    assert again["difference"]["same"] == again["rows"] == 200_000
    assert not containers(platform.stack, ROLE)
    sql(platform, "drop table ledger, ledger_then")

"""pg_upgrade in the platform's own image: what comes out, what it refuses, that a refusal costs nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backups.upgrade.collation import renew
from backups.upgrade.conversion import convert, put_in_order
from operation.failure import Failure
from tests.images.workshop import Container, Workshop

pytestmark = [pytest.mark.platform, pytest.mark.long]

FOLDER = Path(__file__).parents[3] / "infra" / "images" / "database"
OLD, NEW = 15, 17
TIMELINE = 7
SETTINGS = "-c listen_addresses= -c unix_socket_directories=/run/postgresql"
MAKE = (
    f"/usr/lib/postgresql/{OLD}/bin/initdb --pgdata /cluster/pgdata --username postgres --auth peer "
    "--data-checksums --encoding UTF8 --locale C.UTF-8 --no-instructions >/dev/null"
)


def run(container: Container, *argv: str) -> str:
    """A command in it that has to succeed."""
    status, said = container.exec_run(list(argv))
    words: str = said.decode()
    assert status == 0, words
    return words


def start(container: Container) -> None:
    """The server of whatever version the cluster has."""
    run(container, "sh", "-c", f"pg_ctl -D /cluster/pgdata -w -s -l /cluster/log -o '{SETTINGS}' start")


def stop(container: Container) -> None:
    """Cleanly, as pg_upgrade wants it."""
    run(container, "pg_ctl", "-D", "/cluster/pgdata", "-w", "-s", "-m", "fast", "stop")


def ask(container: Container, statement: str) -> str:
    """A query's answer."""
    return run(container, "psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement).strip()


@pytest.fixture(scope="module")
def both(workshop: Workshop) -> str:
    """The image with the programs of both versions."""
    return workshop.build("database-both", FOLDER, FOLDER / "Dockerfile", args={"VERSIONS": f"{OLD} {NEW}"})


@pytest.fixture
def cluster(workshop: Workshop, both: str) -> Iterator[Container]:
    """A cluster of the old version with rows, an index and a setting."""
    container = workshop.run(
        both,
        "upgrade",
        {},
        {},
        read_only=False,
        tmpfs={"/run": "mode=1777"},
        entrypoint=["sleep", "infinity"],
    )
    run(container, "mkdir", "-p", "/run/postgresql")
    run(container, "sh", "-c", MAKE)
    start(container)
    ask(
        container,
        "create table rows as select g as id, md5(g::text) as word from generate_series(1, 100000) g",
    )
    ask(container, "create collation named (provider = icu, locale = 'de')")
    ask(container, "alter table rows alter word type text collate named")
    ask(container, "create index by_word on rows (word)")
    ask(container, "create extension pg_stat_statements")
    ask(container, "alter system set work_mem = '9MB'")
    yield container
    container.remove(force=True)


def test_a_cluster_becomes_the_next_version(cluster: Container) -> None:
    """Rows, settings and checksums are there; extensions and collations are of the new version."""
    ask(cluster, "alter system set restore_command = 'false'")
    stop(cluster)
    assert convert(cluster, NEW, TIMELINE) > 0
    start(cluster)
    assert ask(cluster, "show server_version_num").startswith(str(NEW))
    assert ask(cluster, "select count(*), sum(id) from rows") == "100000|5000050000"
    assert ask(cluster, "show work_mem") == "9MB"
    assert ask(cluster, "show restore_command") == ""
    assert ask(cluster, "show data_checksums") == "on"
    assert ask(cluster, "select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)") == f"{TIMELINE:08X}"
    done = put_in_order(cluster)
    assert "postgres: 1 indexes were built anew, their collation has another version" in done
    assert "extensions were updated" in done
    assert renew(cluster, "postgres") == []
    assert put_in_order(cluster) == []
    run(cluster, "sh", "-c", f"test -e /cluster/pgdata/pg_wal/{TIMELINE:08X}.history")
    assert run(cluster, "sh", "-c", "ls /cluster").split() == ["log", "pgdata", "restoring"]


def test_what_the_next_version_does_not_take_is_said(cluster: Container) -> None:
    """In its own words; the cluster is as it was, and takes the upgrade once the cause is gone."""
    ask(cluster, "create table refused (function regproc)")
    stop(cluster)
    with pytest.raises(Failure, match=r"reg\* data types") as refused:
        convert(cluster, NEW, TIMELINE)
    assert "public.refused.function" in str(refused.value)
    start(cluster)
    assert ask(cluster, "show server_version_num").startswith(str(OLD))
    assert ask(cluster, "show work_mem") == "9MB"
    ask(cluster, "drop table refused")
    stop(cluster)
    convert(cluster, NEW, TIMELINE)
    start(cluster)
    assert ask(cluster, "select count(*) from rows") == "100000"


def test_a_version_that_the_image_lacks(cluster: Container) -> None:
    """A sentence, and nothing is changed."""
    stop(cluster)
    with pytest.raises(Failure, match="no PostgreSQL 18"):
        convert(cluster, 18, TIMELINE)
    start(cluster)
    assert ask(cluster, "select count(*) from rows") == "100000"

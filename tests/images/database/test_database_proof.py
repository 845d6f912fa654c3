"""What a proof rests on, in PostgreSQL itself: damage is found, and a point comes back as it was counted."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import yaml

from backups.engine import query
from backups.proof import gather
from backups.proving import examination, point
from backups.proving.point_comparison import differences, ended_between
from backups.proving.proof_announcement import TELL
from operation import audit
from operation.containers import execute, required
from tests.images.conftest import IMAGES
from tests.images.workshop import Container, Workshop, until

pytestmark = pytest.mark.platform

ARCHIVE, SCRIPT = "/cluster/archive", "/cluster/insert.sql"
OPTIONS = (
    "-c listen_addresses= -c unix_socket_directories=/run/postgresql -c fsync=off -c archive_mode=on"
    f" -c 'archive_command=cp %p {ARCHIVE}/%f' -c autovacuum=off -c log_min_messages=info"
)
HARMED_HEAP = (
    "create table harmed_heap as select generate_series(1, 100) as number",
    "update pg_class set relfrozenxid = pg_current_xact_id()::xid where oid = 'harmed_heap'::regclass",
)
"""Rows older than the age below which none may be: a heap that checksums find nothing wrong with."""
HARMED_INDEX = (
    "create function other(int) returns int immutable language sql as 'select $1'",
    "create table indexed as select generate_series(1, 100) as number",
    "create index harmed_index on indexed (other(number))",
    "create or replace function other(int) returns int immutable language sql as 'select $1 + 1000'",
)
"""An index that lacks the entries of its rows, as after a library of collations has changed."""


@pytest.fixture(scope="module")
def image(workshop: Workshop) -> str:
    """The platform's own, under a name that no other test removes."""
    return workshop.build("database-proof", IMAGES / "database", IMAGES / "database" / "Dockerfile")


@pytest.fixture
def server(workshop: Workshop, image: str) -> Iterator[Container]:
    """A new cluster of the platform's own, in a container of its own."""
    entrypoint = ["/usr/bin/tini", "--", "sleep", "infinity"]
    container = workshop.run(image, "proof", {}, read_only=False, tmpfs={}, entrypoint=entrypoint)
    do(container, f"mkdir -p -m 0700 /run/postgresql {ARCHIVE} && initialise")
    start(container)
    query(container, "create table items (id bigint generated always as identity, name text)", "bem")
    yield container
    container.remove(force=True)


def do(container: Container, script: str) -> str:
    """A script that has to succeed."""
    return required(execute(container, ["bash", "-c", script]), script)


def start(container: Container, data: str = "/cluster/pgdata") -> None:
    """Starts a server, and does not wait until its recovery has ended."""
    do(container, f'pg_ctl start -s -W -l /tmp/log -D {data} -o "{OPTIONS}"')
    until(lambda: execute(container, ["psql", "-qc", "select 1"]).status == 0, 30)


def stop(container: Container) -> None:
    """Stops the first cluster's server."""
    do(container, "pg_ctl stop -s -w -m fast -D /cluster/pgdata")


def test_whole_cluster_has_nothing_wrong(server: Container) -> None:
    """Neither in its structures nor in its pages."""
    query(server, "insert into items (name) select n::text from generate_series(1, 1000) n", "bem")
    assert examination.structures(server) == []
    stop(server)
    assert examination.pages(server) == []


@pytest.mark.parametrize(
    ("harm", "name"), [(HARMED_HEAP, "harmed_heap"), (HARMED_INDEX, "harmed_index")], ids=["heap", "index"]
)
def test_damaged_heap_and_damaged_index_are_found(
    server: Container, harm: tuple[str, ...], name: str
) -> None:
    """Each by its name, and by amcheck alone: the checksums of its pages are right."""
    for each in harm:
        query(server, each, "bem")
    (problem,) = examination.structures(server)
    assert re.search(rf"{name}|lacks matching index tuple", problem), problem
    stop(server)
    assert examination.pages(server) == []


def test_damaged_page_is_found(server: Container) -> None:
    """One octet in the middle of a heap."""
    query(server, "insert into items (name) select n::text from generate_series(1, 1000) n", "bem")
    path = query(server, "select pg_relation_filepath('items')", "bem")
    stop(server)
    do(server, f"printf x | dd of=/cluster/pgdata/{path} bs=1 seek=4096 conv=notrunc status=none")
    (problem,) = examination.pages(server)
    assert problem.startswith("checksums: ")


@contextmanager
def writers(container: Container, count: int = 4) -> Iterator[None]:
    """Clients that insert one row a transaction, as fast as they can."""
    do(container, f"echo \"insert into items (name) values ('x');\" > {SCRIPT}")
    argv = ["pgbench", "-n", "-c", str(count), "-T", "600", "-f", SCRIPT, "bem"]
    thread = threading.Thread(target=execute, args=(container, argv))
    thread.start()
    try:
        until(lambda: int(query(container, "select count(*) from items", "bem")) > 1000, 30)
        yield
    finally:
        execute(container, ["pkill", "pgbench"])
        thread.join()


def test_point_is_recovered_to_as_it_was_counted(server: Container) -> None:
    """Under writes: the very second, and exactly as many rows more as transactions ended in between."""
    do(server, "pg_basebackup -D /cluster/copy -X none -c fast 2>/dev/null")
    with writers(server):
        made = point.make(server, audit.now())
        until(lambda: int(query(server, "select count(*) from items", "bem")) > 2 * 1000, 30)
    quiet = point.make(server, audit.now())
    until(lambda: execute(server, ["test", "-e", f"{ARCHIVE}/{quiet.segment}"]).status == 0, 30)
    stop(server)
    for each in (made, quiet):
        found, between = recovered(server, each)
        assert found["bem.public.items"] == each.rows["bem.public.items"] + between
    assert between == 0, "nobody wrote"


def test_exporter_reads_what_proofs_told(server: Container) -> None:
    """The table is made for it; what was never proven well has no age. Told anew, a row is replaced."""
    server.exec_run(["env", "OBSERVE=1", "STANZA=none", "observe"], detach=True)
    until(lambda: query(server, "select to_regclass('operations.proof') is not null") == "t", 30)
    file = yaml.safe_load((IMAGES / "monitoring" / "queries.yml").read_text())
    bad = {"repository": "s3", "ended_at": audit.now().isoformat(), "good": False, "proven_at": None}
    for good in (False, True):
        told = [{**bad, "repository": "local", "good": good, "proven_at": bad["ended_at"]}, bad]
        query(server, TELL.format(rows=json.dumps(told)))
        query(server, "set role bem_exporter; " + file["bem_proof"]["query"])
        local, s3 = sorted(query(server, file["bem_proof"]["query"]).splitlines())
        assert re.fullmatch(rf"local\t{int(good)}\t[0-9.]+", local)
        assert s3.split("\t") == ["s3", "0"]


def recovered(server: Container, made: point.Point) -> tuple[dict[str, int], int]:
    """Rows by table in a copy that pauses at the point, and transactions that the count did not see."""
    copy = f"/cluster/{made.mark.name}"
    settings = f"restore_command = 'cp {ARCHIVE}/%f %p'\nrecovery_target_name = '{made.mark.name}'\n"
    settings += "recovery_target_action = 'pause'\n"
    do(server, f'cp -a /cluster/copy {copy} && printf "%s" "{settings}" >> {copy}/postgresql.conf')
    do(server, f"touch {copy}/recovery.signal")
    start(server, copy)
    until(lambda: query(server, "select pg_get_wal_replay_pause_state()") == "paused", 30)
    facts, between = gather(server, count=True), ended_between(server, made)
    assert differences(made, facts, between) == []
    assert facts.heartbeat == made.mark.heartbeat
    do(server, f"pg_ctl stop -s -w -m fast -D {copy}")
    return facts.rows, between

"""Backups give way: by their priority in the database's container, and by bytes a second to S3."""

import json
from datetime import datetime
from typing import Any

import pytest

from backups.catalog import read_catalog
from backups.engine import S3, query
from operation.containers import container, execute
from tests.platform.deployment import Deployment, awaited

pytestmark = [pytest.mark.platform, pytest.mark.lane("restore")]

BYTES, BANDWIDTH = 16_000_000, 500_000
RANDOM = f"""
create table noise as select sha512(convert_to(i || random()::text, 'utf8')) as bytes
from generate_series(1, {BYTES} / 64) i
"""
"""Rows that nobody can compress: so much goes to the repository as there is."""
SECONDS = BYTES / BANDWIDTH
NICE = "for each in $(pgrep -f '^pgbackrest.*--type=full'); do cut -d' ' -f19 /proc/$each/stat; done"
"""Of pgBackRest's own processes; the shell's own line begins otherwise."""
FRONT = "pgrep -x haproxy"


@pytest.fixture
def noisy(platform: Deployment) -> Deployment:
    """The deployment with rows enough to measure by."""
    database = container(platform.stack, "database")
    if not query(database, "select to_regclass('noise')", "bem"):
        query(database, RANDOM, "bem")
    return platform


def stored(deployment: Deployment, label: str) -> int:
    """Bytes that a backup has in its repository."""
    known = deployment.succeed("backup.list", "--json").json["backups"]
    return next(int(each["stored_bytes"]) for each in known if each["label"] == label)


def priorities(database: Any) -> set[int]:
    """Of the processes that back up now."""
    return {int(word) for word in execute(database, ["sh", "-c", NICE]).stdout.split()}


@pytest.mark.long
@pytest.mark.parametrize(("nice", "wanted"), [(10, 10), (0, 0)])
def test_a_backup_has_the_priority_of_the_stack_s_file(noisy: Deployment, nice: int, wanted: int) -> None:
    """All of its processes; from the next backup on, without a deployment."""
    database = container(noisy.stack, "database")
    noisy.configure(backups__nice=nice, backups__bandwidth=8 * BANDWIDTH)
    process = noisy.start("invoke", "backup", "--type", "full", "--repo", "s3")
    found = awaited(lambda: process.poll() is not None or priorities(database), 60, "a backup")
    output, _ = process.communicate(timeout=300)
    noisy.configure(backups__nice=10, backups__bandwidth=0)
    assert process.returncode == 0, output
    assert found == {wanted}


@pytest.mark.long
def test_a_limit_holds_for_backups_and_not_for_wal(noisy: Deployment) -> None:
    """The transfer takes as long as it must, and less without; meanwhile WAL reaches S3 as ever."""
    database = container(noisy.stack, "database")
    noisy.configure(backups__bandwidth=BANDWIDTH)
    try:
        process = noisy.start("invoke", "backup", "--type", "full", "--repo", "s3", "--json")
        awaited(lambda: execute(database, ["sh", "-c", FRONT]).status == 0, 60, "the limit")
        noisy.write("while a backup is held back")
        now = query(database, "select now()")
        query(database, "select pg_switch_wal()")
        awaited(lambda: _reaches(noisy, now), SECONDS / 2, "WAL in S3")
        assert process.poll() is None, "the backup had ended before"
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0, output
        (limited,) = json.loads(output[output.index("{") :])["backups"]
    finally:
        noisy.configure(backups__bandwidth=0)
    (free,) = noisy.succeed("backup", "--type", "full", "--repo", "s3", "--json").json["backups"]
    least = stored(noisy, limited["label"]) / BANDWIDTH
    assert least > SECONDS
    assert limited["seconds"] > 0.95 * least
    assert free["seconds"] < least
    assert execute(database, ["sh", "-c", FRONT]).status != 0, "the limit's own process has ended"
    noisy.succeed("backup.verify", "--repo", "s3")


def test_a_limit_that_cannot_be_meant_is_refused(platform: Deployment) -> None:
    """So little that no backup would ever end; nothing is touched."""
    text = platform.stack.file.read_text()
    platform.configure(backups__bandwidth=1000)
    try:
        said = platform.invoke("backup")
    finally:
        platform.stack.file.write_text(text)
    assert said.status == 2
    assert "bem:backups.bandwidth" in said.words


def _reaches(deployment: Deployment, moment: str) -> bool:
    found = read_catalog(container(deployment.stack, "database"), "bem").reaches.get(S3)
    return bool(found and found.until and found.until >= datetime.fromisoformat(moment))

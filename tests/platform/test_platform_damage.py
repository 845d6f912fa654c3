"""Flipped bits, a failed migration, and scratches and twins that would write where production archives."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from backups import lineage, recovery, server
from backups.catalog import read_catalog
from backups.engine import REPOSITORIES, query
from backups.scratch import remove_volume, scratch
from backups.target import Target
from backups.ways import plans
from operation.containers import container, execute, required
from operation.failure import Failure
from tests.platform.deployment import Deployment, awaited
from tests.platform.test_platform_migration import BREAKS, CONTRACTS, EXPANDS, image, moved
from tests.platform.test_platform_restore import agreed, moment

pytestmark = [pytest.mark.platform, pytest.mark.lane("restore")]

KATHMANDU = timezone(timedelta(hours=5, minutes=45))
FLIP = r"""
files=$(find "/repository/backup/bem/$1" -type f -path '*bundle*' -printf '%s %p\n')
file=$(sort -n <<<"$files" | tail -n 1 | cut -d' ' -f2)
size=$(stat -c %s "$file")
for part in 1 2 3; do
  at=$((size * part / 4))
  byte=$(od -An -tu1 -j "$at" -N 1 "$file")
  printf "\\$(printf %o $((byte ^ 1)))" | dd of="$file" bs=1 seek="$at" conv=notrunc status=none
done
"""
"""Three bits of the backup's largest file, a quarter of it apart."""
ARCHIVES = """
alter system set archive_mode = on;
alter system set archive_command = 'pgbackrest --stanza=bem archive-push %p'
"""


@pytest.mark.long
def test_bits_that_flip_in_one_repository(platform: Deployment) -> None:
    """A proof names them; a restore, to a time in another zone, takes the other repository and says so."""
    platform.succeed("backup", "--type", "full", "--repo", "s3")
    (taken,) = platform.succeed("backup", "--type", "full", "--repo", "local", "--json").json["backups"]
    platform.write("before the moment")
    before = platform.names()
    until = datetime.fromisoformat(moment()).astimezone(KATHMANDU).isoformat()
    platform.write("after the moment")
    database = container(platform.stack, "database")
    required(execute(database, ["bash", "-c", FLIP, "flip", taken["label"]]), "flipping bits")

    said = platform.invoke("backup.verify", "--json")
    verdicts = {each["repository"]: each for each in said.json}
    assert said.status == 1
    assert verdicts["s3"]["good"]
    assert taken["label"] in " ".join(verdicts["local"]["problems"])
    assert "the newest proof of local is bad" in platform.invoke("status").words
    restored = platform.succeed("restore", "--to", until, "--yes")
    assert "! local: " in restored.words
    assert "the other repository is tried" in restored.words
    assert awaited(platform.well, 30, "service after the restore")
    assert platform.names() == before

    platform.succeed("restore.undo", "--yes")
    assert platform.names() == [*before, "after the moment"]
    platform.succeed("backup", "--type", "full", "--repo", "local", "--verify")
    platform.succeed("restore.forget", str(platform.settings.database.kept[-1]), "--yes")
    agreed(platform)


@pytest.mark.long
def test_a_restore_across_a_failed_migration(platform: Deployment, tmp_path: Path) -> None:
    """To before its first step and back again: rows and schema are of one moment, and services serve."""
    tag = image(platform, tmp_path, (EXPANDS, CONTRACTS), (BREAKS, "DROP TABLE public.half"))
    newest = platform.succeed("migrate", "--json").json["now"]
    before = platform.names()
    until = moment()
    with pytest.raises(Failure, match="the migration failed: division by zero"):
        moved(platform, tag, "upgrade")
    platform.write("after the failed migration")
    platform.succeed("restore", "--to", until, "--yes")
    assert awaited(platform.well, 30, "service after the restore")
    assert platform.names() == before
    assert _schema(platform) == ("", newest)
    platform.write("on the old schema")

    platform.succeed("restore.undo", "--yes")
    assert awaited(platform.well, 30, "service after the undo")
    assert platform.names() == [*before, "after the failed migration"]
    assert _schema(platform)[0] == "palette"
    assert moved(platform, tag, "downgrade", newest)["now"] == newest
    agreed(platform)


def test_what_a_scratch_writes_reaches_no_repository(platform: Deployment) -> None:
    """Told to archive by its own settings, with production's keys and promoted, it does not."""
    stack, volume = platform.stack, platform.stack.object_name("scratch-that-tries")
    database = container(stack, "database")
    serving = server.timeline(database)
    try:
        with scratch(stack, volume) as target:
            catalog = read_catalog(target, "bem", lineage.recorded(stack))
            plan = plans(Target(latest=True), catalog, datetime.now(UTC), repository=1)[0]
            recovery.fill(target, "bem", plan, 2)
            _start(target)
            recovery.wait_for_end(target)
            assert server.promote(target) > serving
            for statement in ARCHIVES.split(";"):
                query(target, statement)
            server.stop(target)
            _start(target)
            awaited(lambda: recovery.answer(target, "select 1"), 30, "the scratch's return")
            query(target, "create table of_a_scratch (); select pg_switch_wal()")
            assert query(target, "show archive_mode") == "off"
            waiting = "select count(*) from pg_ls_archive_statusdir() where name like '%.ready'"
            assert query(target, waiting) == "0", "what would be archived"
            assert execute(target, ["touch", "/repository/of-a-scratch"]).status != 0
    finally:
        remove_volume(volume)
    _only_production_s(platform, serving)


@pytest.mark.long
def test_a_twin_archives_into_repositories_of_its_own(platform: Deployment) -> None:
    """It is broken, restored and written to; production's repositories know no timeline but their own."""
    serving = server.timeline(container(platform.stack, "database"))
    platform.succeed("drill", "database-volume-lost", "--yes", seconds=900)
    _only_production_s(platform, serving)
    platform.faultless(60)


def _start(target: Any) -> None:
    """As a proof does it."""
    server.start(target, options=("archive_mode=off",))


def _schema(deployment: Deployment) -> tuple[str, str]:
    """The table of the migration's first step, and the schema's revision."""
    database = container(deployment.stack, "database")
    found = query(database, "select to_regclass('palette')", "bem")
    return found, deployment.succeed("migrate", "--json").json["now"]


def _only_production_s(deployment: Deployment, serving: int) -> None:
    """No timeline above the one that serves is in a repository, and what it writes itself is archived."""
    database = container(deployment.stack, "database")
    assert server.timeline(database) == serving
    catalog = read_catalog(database, "bem", lineage.recorded(deployment.stack))
    assert max(catalog.timelines) == serving
    assert set(catalog.archives) == set(REPOSITORIES)

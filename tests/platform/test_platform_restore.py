"""Restores of a real platform: the right rows, whatever was restored before, and whatever is killed."""

import json
import os
import signal
import subprocess
import time
from datetime import UTC, datetime
from typing import Any

import docker
import pytest

from backups.continuity import ARCHIVED_AT_ONCE, Span, missing, read
from backups.engine import REPOSITORIES, query
from backups.history import number_of, timeline_of
from backups.outlook.rates import runs
from backups.scratch import ROLE
from operation.containers import container, execute
from operation.stack import LABEL_ROLE, LABEL_STACK
from tests.platform.deployment import Deployment, Said, awaited
from tests.platform.writer import Writer

pytestmark = [pytest.mark.platform, pytest.mark.lane("restore")]  # with a deployment of their own


def moment() -> str:
    """Now, with a second of quiet on either side."""
    time.sleep(1.2)
    now = datetime.now(UTC).isoformat()
    time.sleep(1.2)
    return now


def restored(deployment: Deployment, *words: str) -> Any:
    """A restore that has to succeed, as JSON; clients are served afterwards."""
    content = deployment.succeed("restore", *words, "--yes", "--json").json
    assert awaited(deployment.well, 30, "service after the restore")
    return content


def phase(deployment: Deployment) -> str:
    """What a restore under way says in its journal; empty when there is none."""
    try:
        return str(json.loads((deployment.stack.folder / "restore.json").read_text())["phase"])
    except (OSError, ValueError):
        return ""


def interrupted(deployment: Deployment, wanted: str, number: signal.Signals, *words: str) -> Said:
    """Sends a signal to a restore, and to all its children, once it is in that phase."""
    process = deployment.start("invoke", "restore", *words, "--yes")
    awaited(lambda: phase(deployment) == wanted or process.poll() is not None, 120, f"the phase {wanted}")
    os.killpg(process.pid, number)
    output, _ = process.communicate(timeout=300)
    return Said(process.returncode, output, "")


def scratches(deployment: Deployment) -> list[Any]:
    """Containers of restores and proofs that are still there."""
    labels = [f"{LABEL_STACK}={deployment.name}", f"{LABEL_ROLE}={ROLE}"]
    return list(docker.from_env().containers.list(all=True, filters={"label": labels}))


def volumes(deployment: Deployment) -> set[str]:
    """Names of the data volumes."""
    label = f"{LABEL_STACK}={deployment.name}"
    found = docker.from_env().volumes.list(filters={"label": label})
    return {each.name for each in found if "_database-g" in each.name}


def agreed(deployment: Deployment) -> None:
    """Code, state and reality say the same, nothing is left over, and backups go on."""
    database = deployment.settings.database
    assert volumes(deployment) == {deployment.stack.volume(each) for each in database.declared}
    assert not scratches(deployment)
    assert deployment.run("pulumi", "preview", "--expect-no-changes").status == 0
    status = deployment.invoke("status")
    assert status.status == 0, status.words


@pytest.fixture
def rows(platform: Deployment) -> list[str]:
    """Names that are there before the test."""
    return platform.names()


@pytest.mark.long
def test_restores_around_each_other_bring_the_right_rows(platform: Deployment, rows: list[str]) -> None:
    """To times before, between and after restores, and after an undo; then old volumes are let go."""
    platform.write("one")
    first = moment()
    platform.write("two")
    second = moment()
    platform.write("three")
    went = restored(platform, "--to", first)
    assert platform.names() == [*rows, "one"]
    platform.write("four")
    third = moment()
    platform.write("five")

    restored(platform, "--to", second)
    assert platform.names() == [*rows, "one", "two"], "a time on the timeline that was left"
    restored(platform, "--to", third)
    assert platform.names() == [*rows, "one", "four"], "a time between the restores"

    assert "generation" in platform.succeed("restore.undo", "--dry-run").words
    assert platform.names() == [*rows, "one", "four"], "a dry run"
    platform.succeed("restore.undo", "--yes")
    assert awaited(platform.well, 30, "service after the undo")
    assert platform.names() == [*rows, "one", "two"]
    platform.write("six")
    fourth = moment()
    platform.write("seven")
    again = platform.succeed("restore.undo", "--yes", "--json").json
    assert platform.names() == [*rows, "one", "four"], "an undo of the undo"

    restored(platform, "--to", fourth)
    assert platform.names() == [*rows, "one", "two", "six"], "a time after an undo"
    assert again["timeline"] > went["timeline"]
    for generation in platform.settings.database.kept:
        platform.succeed("restore.forget", str(generation), "--dry-run")
        assert platform.stack.volume(generation) in volumes(platform), "a dry run"
        platform.succeed("restore.forget", str(generation), "--yes")
    assert platform.settings.database.kept == ()
    agreed(platform)


@pytest.mark.long
def test_backup_s_own_end_and_the_other_repository(platform: Deployment) -> None:
    """By its label, from S3; what was written later is gone, and an undo brings it back."""
    before = platform.names()
    taken = platform.succeed("backup", "--repo", "s3", "--json").json
    platform.write("after the backup")
    content = restored(platform, "--backup", taken["backups"][0]["label"])
    assert content["plan"]["backup"]["repository"] == 2
    assert platform.names() == before
    platform.succeed("restore.undo", "--yes")
    assert platform.names() == [*before, "after the backup"]


def test_a_mark_is_come_back_to_exactly(platform: Deployment) -> None:
    """Made under writes, reached from either repository: all rows up to it are there, and none behind it."""
    with Writer(platform, "mark") as writer:
        awaited(lambda: len(writer.acknowledged) > 20, 30, "writes")
        platform.succeed("backup.mark", "before-release-8", "--dry-run")
        made = platform.succeed("backup.mark", "before-release-7", "--json").json
        known = len(writer.acknowledged)
        awaited(lambda: len(writer.acknowledged) > known + 20, 30, "more writes")
    assert platform.invoke("backup.mark", "before-release-7").status == 2
    awaited(
        lambda: platform.succeed("backup.marks", "--json").json[0]["in"] == ["local", "s3"], 60, "archiving"
    )
    content = restored(platform, "--to-mark", "before-release-7")
    names = platform.names()
    present = [name in names for name in writer.acknowledged]
    assert present == sorted(present, reverse=True), "a row is there, and one before it is not"
    assert 20 < sum(present) <= known
    assert content["plan"]["mark"]["name"] == made["name"]
    assert platform.invoke("restore", "--to-mark", "before-release-8", "--yes").status == 2
    platform.succeed("restore.undo", "--yes")
    assert set(writer.acknowledged) <= set(platform.names())


@pytest.mark.long
def test_a_hole_in_one_repository_is_filled_from_the_other(platform: Deployment) -> None:
    """A segment that is gone in the middle would end recovery there, quietly: the pre-flight sees it."""
    platform.succeed("backup", "--repo", "local")
    database = container(platform.stack, "database")
    before = platform.names()
    platform.write("in the hole")
    gone = query(database, "select pg_walfile_name(pg_current_wal_lsn())")
    for _ in range(ARCHIVED_AT_ONCE + 4):
        query(database, "select pg_current_xact_id()")
        newest = query(database, "select pg_walfile_name(pg_switch_wal())")
    platform.write("behind it")
    awaited(lambda: all(archived(database, each, gone, newest) for each in REPOSITORIES), 60, "archiving")
    until = moment()
    script = f"rm /repository/archive/bem/17-1/{gone[:16]}/{gone}-*"
    assert execute(database, ["sh", "-c", script]).status == 0
    assert f"repository local lacks 1 WAL segments, the first {gone}" in platform.invoke("status").words
    words = ("--to", until, "--repo", "local")
    note = f"local lacks WAL segment {gone}: from the other repository"
    assert note in platform.succeed("restore", *words, "--preview").words
    content = restored(platform, *words)
    assert content["plan"]["bridged"] == [gone]
    assert platform.names() == [*before, "in the hole", "behind it"]
    platform.succeed("restore.undo", "--yes")
    proof = platform.invoke("backup.verify", "--repo", "local", "--json")
    assert proof.status == 1
    assert f"WAL segment {gone} is missing" in proof.json[0]["problems"][0]
    platform.succeed("backup", "--repo", "local", "--verify")
    agreed(platform)


def archived(database: Any, repository: int, first: str, last: str) -> bool:
    """Whether a repository has all segments from one to another of its timeline."""
    way = Span(timeline_of(first), number_of(first), number_of(last))
    return not missing(read(database, "bem", repository, "17-1"), [way])


def test_latest_beside_a_living_database_loses_nothing(platform: Deployment, rows: list[str]) -> None:
    """Every acknowledged row is there; the gap for clients is short."""
    with Writer(platform, "latest") as writer:
        awaited(lambda: len(writer.acknowledged) > 50, 30, "writes")
        content = restored(platform, "--latest")
        awaited(lambda: writer.acknowledged[-1] in platform.names(), 30, "writes after the restore")
    names = set(platform.names())
    assert not [name for name in [*rows, *writer.acknowledged] if name not in names]
    assert content["seconds_down"] > 0
    agreed(platform)


def test_latest_while_a_repository_takes_nothing(platform: Deployment) -> None:
    """Segments that no repository has whole come from the old volume, and are archived afterwards."""
    platform.run("docker", "service", "scale", "--detach", f"{platform.name}_object-store=0")
    try:
        with Writer(platform, "unarchived") as writer:
            awaited(lambda: len(writer.acknowledged) > 50, 30, "writes")
            time.sleep(12)
            restored(platform, "--latest")
        names = set(platform.names())
        assert not [name for name in writer.acknowledged if name not in names]
    finally:
        platform.succeed("up", "--skip-backup")
    platform.succeed("backup.verify", "--repo", "s3")  # which does not wait for the database's next try
    platform.faultless(120)


def test_latest_of_a_database_that_was_killed(platform: Deployment) -> None:
    """Its volume has what was not archived: every acknowledged row is there."""
    with Writer(platform, "killed") as writer:
        awaited(lambda: len(writer.acknowledged) > 50, 30, "writes")
        labels = [f"{LABEL_STACK}={platform.name}", f"{LABEL_ROLE}=database"]
        (found,) = docker.from_env().containers.list(filters={"label": labels})
        platform.run("docker", "service", "scale", "--detach", f"{platform.name}_database=0")
        found.kill()
    assert "the database does not run" not in platform.invoke("backup.list").stdout
    restored(platform, "--latest")
    names = set(platform.names())
    assert not [name for name in writer.acknowledged if name not in names]
    agreed(platform)


def late(wanted: str) -> Any:
    """A phase that takes a minute more, in the longer run alone."""
    return pytest.param(wanted, marks=pytest.mark.long)


@pytest.mark.parametrize("wanted", ["filling", late("cut-over"), "starting", late("serving")])
def test_restore_that_is_killed_is_ended_by_the_next_command(platform: Deployment, wanted: str) -> None:
    """Kill -9 in every phase: until the new volume serves it is as if nothing had been."""
    platform.write(f"before the kill at {wanted}")
    generation, before = platform.settings.database.generation, platform.names()
    interrupted(platform, wanted, signal.SIGKILL, "--latest")
    if wanted == "filling":
        assert platform.well()
    platform.succeed("backup")
    assert awaited(platform.well, 60, "the platform's return")
    assert platform.names() == before
    moved = platform.settings.database.generation != generation
    assert moved == (wanted in {"starting", "serving"})
    agreed(platform)


@pytest.mark.parametrize("wanted", ["filling", late("serving")])
def test_restore_that_is_interrupted_leaves_a_platform_that_works(platform: Deployment, wanted: str) -> None:
    """Ctrl-C, early and late: status 130, one sentence, and no further command is needed."""
    before = platform.names()
    said = interrupted(platform, wanted, signal.SIGINT, "--latest")
    assert said.status == 130, said.words
    assert "interrupted" in said.words
    assert "Traceback" not in said.words
    assert awaited(platform.well, 30, "the platform's return")
    assert platform.names() == before
    assert phase(platform) == ""
    agreed(platform)


def backup_is_at_work(deployment: Deployment) -> bool:
    """Whether pgBackRest backs up in the database's container, whoever waits for it."""
    labels = [f"{LABEL_STACK}={deployment.name}", f"{LABEL_ROLE}=database"]
    (found,) = docker.from_env().containers.list(filters={"label": labels})
    return bool(found.exec_run(["pgrep", "-f", "pgbackrest.*backup$"]).exit_code == 0)


def holder(deployment: Deployment) -> int:
    """The process that holds the stack's lock, or held it last."""
    try:
        return int(json.loads((deployment.stack.folder / "lock").read_text())["pid"])
    except (OSError, ValueError):
        return 0


def backing_up(deployment: Deployment, *words: str) -> "subprocess.Popen[str]":
    """A full backup at work, by a command that has begun: not the one that a restore left behind."""
    awaited(lambda: not backup_is_at_work(deployment), 60, "the end of the backup after a restore")
    process = deployment.start("invoke", "backup", "--type", "full", *words)
    awaited(
        lambda: (
            process.poll() is not None
            or (holder(deployment) == process.pid and backup_is_at_work(deployment))
        ),
        60,
        "a backup",
    )
    assert process.returncode is None, process.communicate()
    return process


def large(deployment: Deployment) -> None:
    """Rows enough for a backup to take seconds."""
    labels = [f"{LABEL_STACK}={deployment.name}", f"{LABEL_ROLE}=database"]
    (found,) = docker.from_env().containers.list(filters={"label": labels})
    sql = "create table if not exists large as select md5(i::text) from generate_series(1, 2000000) i"
    assert found.exec_run(["psql", "-qd", "bem", "-c", sql]).exit_code == 0


def test_restore_while_a_backup_runs_is_refused(platform: Deployment) -> None:
    """And says which, with status 3; the backup goes on to its end."""
    large(platform)
    process = backing_up(platform, "--repo", "local")
    said = platform.invoke("restore", "--latest", "--yes")
    output, _ = process.communicate(timeout=300)
    assert said.status == 3, said.words
    assert "`backup --type full`" in said.words
    assert process.returncode == 0, output


@pytest.mark.parametrize(
    ("number", "command"), [(signal.SIGKILL, ("backup",)), (signal.SIGINT, ("restore", "--latest", "--yes"))]
)
def test_backup_that_was_ended_stands_in_nobody_s_way(
    platform: Deployment, number: signal.Signals, command: tuple[str, ...]
) -> None:
    """Interrupted it ends in the container too; killed it goes on there until the next command ends it."""
    large(platform)
    process = backing_up(platform)
    os.killpg(process.pid, number)
    output, _ = process.communicate(timeout=60)
    if number is signal.SIGINT:
        assert process.returncode == 130, output
        assert not backup_is_at_work(platform)
    said = platform.succeed(*command)
    ended = "that nobody waits for is at work" in said.words
    if number is signal.SIGINT:
        assert not ended
    else:
        assert ended
    assert awaited(platform.well, 30, "service")
    platform.faultless(60)


def test_two_restores_at_once(platform: Deployment) -> None:
    """The second is refused, and the first ends well."""
    first = platform.start("invoke", "restore", "--latest", "--yes")
    awaited(lambda: phase(platform) == "filling", 60, "the first restore")
    second = platform.invoke("restore", "--latest", "--yes")
    output, _ = first.communicate(timeout=300)
    assert second.status == 3
    assert "`restore --latest`" in second.words
    assert first.returncode == 0, output


def test_a_preview_foretells_what_the_restore_then_takes(platform: Deployment, rows: list[str]) -> None:
    """Rows and marks that are lost are exactly those; the prediction is kept beside the real time."""
    platform.succeed("backup.verify", "--repo", "local")
    point = moment()
    for name in ("seen one", "seen two", "seen three"):
        platform.write(name)
    platform.succeed("backup.mark", "after-the-point")
    preview = platform.succeed("restore", "--to", point, "--preview", "--json").json
    assert preview["rows_lost_by_table"]["bem.public.items"] == len(platform.names()) - len(rows)
    assert preview["rows_not_counted"] == []
    assert preview["marks_lost"] == ["after-the-point"]
    assert preview["needed_bytes"] < preview["free_bytes"]
    low, high = preview["predicted_range"]
    assert 0 < low < preview["predicted_seconds"] < high
    assert platform.names() != rows, "a preview"

    content = restored(platform, "--to", point)
    assert platform.names() == rows
    assert content["predicted_seconds"] > 0
    newest = runs(platform.stack)[-1]
    assert (newest.what, newest.repository) == ("time", "local")
    assert (newest.predicted_seconds, newest.seconds) == (content["predicted_seconds"], content["seconds"])
    again = platform.succeed("restore", "--latest", "--preview", "--json").json
    off = round(100 * (content["predicted_seconds"] / content["seconds"] - 1), 1)
    assert again["last_errors_percent"][-1] == off
    assert again["rows_lost"] == 0
    platform.succeed("restore.undo", "--yes")


def test_dry_run_changes_nothing(platform: Deployment) -> None:
    """It says from what, to where, and what would be lost."""
    generation = platform.settings.database.generation
    said = platform.succeed("restore", "--to", moment(), "--dry-run")
    assert "lost   what was written in the last" in said.words
    assert platform.settings.database.generation == generation
    assert not subprocess.run(
        ["docker", "volume", "inspect", f"{platform.name}_preflight"], capture_output=True, check=False
    ).stdout.strip(b"[]\n")

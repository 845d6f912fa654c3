"""The data volume is lost in the middle of writing: with a WAL receiver no acknowledged row is."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import docker
import pytest

from backups.engine import query
from backups.scratch import remove_volume
from operation.containers import container, containers
from operation.containers import execute as run_in
from tests.images.workshop import BUSY
from tests.platform.deployment import Deployment, awaited, named, remove
from tests.platform.writer import Writer

pytestmark = [pytest.mark.platform, pytest.mark.lane("zero-loss")]  # with a deployment of its own

AWAY_SECONDS = 5
RECORD_SECONDS = 5
"""That a change to «commits go on» has for getting into the archive (infra/images/database/bin/zero-loss)."""
RARELY = 120
"""Seconds between two archived segments: what was written last is nowhere else but with the receiver."""
WRITERS = 4


def receiver(**values: object) -> dict[str, object]:
    """The section of the stack's file."""
    return {"enabled": True, "away_seconds": AWAY_SECONDS, **values}


@pytest.fixture(scope="module")
def stack() -> Iterator[Deployment]:
    """A deployment with a WAL receiver, and one backup."""
    deployment = named("zero-loss")
    deployment.configure(database__archive_timeout=RARELY, database__wal_receiver=receiver())
    try:
        deployment.succeed("up", "--skip-backup", seconds=900)
        deployment.succeed("backup", "--repo", "local")
        yield deployment
    finally:
        remove(deployment)


@pytest.fixture
def deployment(stack: Deployment) -> Deployment:
    """The same, well before each test."""
    awaited(stack.well, 60, "service")
    return stack


def scale(deployment: Deployment, role: str, replicas: int) -> None:
    """Starts a service or ends it, as Swarm does; waits until none is left."""
    name = f"{deployment.name}_{role}"
    deployment.run("docker", "service", "scale", "--detach", f"{name}={replicas}")
    if not replicas:
        awaited(lambda: not containers(deployment.stack, role), 60, f"the end of {role}")


def on(deployment: Deployment) -> bool:
    """Whether commits wait for the receiver, and it receives."""
    said = deployment.invoke("status", "--json").json["zero_loss"]
    return bool(said and said["waits"] and said["receives"])


def lose_the_volume(deployment: Deployment) -> None:
    """Kill -9 in the middle of what it does, and then there is nothing left of its files."""
    volume = deployment.stack.volume(deployment.settings.database.generation)
    found = container(deployment.stack, "database")
    found.kill("SIGKILL")
    scale(deployment, "database", 0)
    remove_volume(volume)


def restored_after_a_loss(deployment: Deployment, prefix: str) -> tuple[list[str], Any]:
    """Names of acknowledged rows that are gone, and what the restore said."""
    with ExitStack() as stack:
        writers = [stack.enter_context(Writer(deployment, f"{prefix}-{n}")) for n in range(WRITERS)]
        awaited(lambda: all(len(each.acknowledged) > 50 for each in writers), 60, "writes")
        lose_the_volume(deployment)
    content = deployment.succeed("restore", "--latest", "--yes", "--json").json
    awaited(deployment.well, 60, "service after the restore")
    names = set(deployment.names())
    return [name for each in writers for name in each.acknowledged if name not in names], content


def test_no_acknowledged_row_is_lost_with_the_data_volume(deployment: Deployment) -> None:
    """Four clients, killed with -9 in the middle, the volume gone; then the same on the new timeline."""
    awaited(lambda: on(deployment), 60, "zero loss")
    for number in ("first", "second"):
        gone, content = restored_after_a_loss(deployment, number)
        assert gone == []
        assert content["tail"]["segments"], "from the receiver alone"
        assert (content["tail"]["waited"], content["tail"]["holes"]) == (True, [])
        assert not content["incomplete"]
        awaited(lambda: on(deployment), 30, "zero loss on the new timeline")
        folders = run_in(container(deployment.stack, "wal-receiver"), ["sh", "-c", "ls -d /wal/*-*"]).stdout
        assert f"-{content['timeline']:08X}" in folders
    assert deployment.run("pulumi", "preview", "--expect-no-changes").status == 0
    borrowed = ["test", "-e", "/cluster/borrowed"]
    awaited(
        lambda: run_in(container(deployment.stack, "database"), borrowed).status != 0,
        60,
        "the archiving of what only the receiver had",
    )


@pytest.mark.long
def test_a_restore_beside_a_living_database_and_its_undo_leave_it_on(deployment: Deployment) -> None:
    """Each is another timeline that the receiver follows; then the volume that was come back to is lost."""
    with Writer(deployment, "living") as writer:
        awaited(lambda: len(writer.acknowledged) > 50, 30, "writes")
        restored = deployment.succeed("restore", "--latest", "--yes", "--json").json
        awaited(lambda: on(deployment), 30, "zero loss after the restore")
    assert set(writer.acknowledged) <= set(deployment.names())
    assert not restored["incomplete"]
    deployment.succeed("restore.undo", "--yes")
    awaited(lambda: on(deployment), 30, "zero loss after the undo")
    gone, content = restored_after_a_loss(deployment, "undone")
    assert gone == []
    assert not content["incomplete"]
    assert content["timeline"] == restored["timeline"] + 2


def test_commits_go_on_without_a_receiver_and_that_is_told(deployment: Deployment) -> None:
    """`continue`: after some seconds, in `status`, in the log; when it is back, they wait again."""
    awaited(lambda: on(deployment), 60, "zero loss")
    with Writer(deployment, "continue") as writer:
        awaited(lambda: len(writer.acknowledged) > 50, 30, "writes")
        scale(deployment, "wal-receiver", 0)
        known = len(writer.acknowledged)
        awaited(lambda: len(writer.acknowledged) > known + 50, 60, "writes without the receiver")
        said = deployment.invoke("status")
        assert said.status == 1
        assert "zero loss is off" in said.words
        scale(deployment, "wal-receiver", 1)
        awaited(lambda: on(deployment), 60, "zero loss")
        known = len(writer.acknowledged)
        awaited(lambda: len(writer.acknowledged) > known + 50, 30, "writes with the receiver")
    assert 1 < writer.gap < BUSY * (AWAY_SECONDS + RECORD_SECONDS)
    assert "zero loss is off" not in deployment.invoke("status").words
    log = container(deployment.stack, "database").logs().decode()
    assert "zero-loss: the WAL receiver is away" in log


@pytest.mark.long
def test_commits_wait_for_a_receiver_where_that_is_wanted(deployment: Deployment) -> None:
    """`block`: none is acknowledged meanwhile, `status` says why, and it goes on by itself."""
    deployment.configure(database__wal_receiver=receiver(on_loss="block"))
    deployment.succeed("up", "--skip-backup")
    awaited(lambda: on(deployment), 60, "zero loss")
    with Writer(deployment, "block") as writer:
        awaited(lambda: len(writer.acknowledged) > 50, 30, "writes")
        scale(deployment, "wal-receiver", 0)
        known = len(writer.acknowledged)
        waiting = "select count(*) from operations.zero_loss where why like '%commits wait until it is back'"
        database = container(deployment.stack, "database")
        awaited(lambda: query(database, waiting) == "1", 4 * AWAY_SECONDS, "a word about it")
        assert "commits wait for the WAL receiver, which is away" in deployment.invoke("status").words
        assert len(writer.acknowledged) - known <= 1, "one may have been on its way"
        scale(deployment, "wal-receiver", 1)
        awaited(lambda: len(writer.acknowledged) > known + 50, 60, "writes")
    assert docker.from_env().containers.get(database.id).status == "running"
    assert set(writer.acknowledged) <= set(deployment.names())


@pytest.mark.long
def test_without_a_receiver_rows_are_lost_and_the_restore_says_that_it_may_be_so(
    deployment: Deployment,
) -> None:
    """The twin: the same loss, and what was not archived is gone."""
    deployment.configure(database__wal_receiver={"enabled": False})
    deployment.succeed("up", "--skip-backup")
    database = container(deployment.stack, "database")
    awaited(
        lambda: query(database, "select count(*) from pg_replication_slots") == "0", 30, "the slot's removal"
    )
    gone, content = restored_after_a_loss(deployment, "off")
    assert gone
    assert content["tail"]["segments"] == []
    assert content["incomplete"]

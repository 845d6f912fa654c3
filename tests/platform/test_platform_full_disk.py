"""A full disk in each place: who cannot write says so, others go on, and with room again so does all."""

import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import docker
import httpx
import pytest

from backups import console
from backups import restore as module
from backups.engine import query
from backups.target import Target
from infra.parties import CACHE, DATABASE, OBJECT_STORE, Party
from operation.containers import container
from operation.failure import Failure
from tests.platform.deployment import Deployment, awaited, named, remove
from tests.platform.test_platform_points import pulse_client
from tests.platform.test_platform_restore import agreed, scratches, volumes
from tests.platform.test_platform_state import fill
from tests.platform.test_platform_store_faults import told
from tests.platform.writer import Writer

pytestmark = [pytest.mark.platform, pytest.mark.long, pytest.mark.lane("full-disk")]

MEBIBYTE = 1 << 20
PLACES: dict[str, tuple[Party, int]] = {
    "database-g1": (DATABASE, 1600),
    "repository": (DATABASE, 400),
    "objects": (OBJECT_STORE, 800),
    "cache": (CACHE, 100),
}
"""Volumes, with the party that writes there and their size in MiB. WAL of five minutes is 960 MiB at rest."""
LOAD = "insert into filling select g, repeat('x', 500) from generate_series(1, 200000) g"


@dataclass(frozen=True)
class Tight:
    """A platform whose volumes lie on small file systems of their own."""

    deployment: Deployment
    disks: dict[str, Path]

    @contextmanager
    def full(self, place: str) -> Iterator[None]:
        """A block in which there is no room there."""
        filler = fill(self.disks[place])
        try:
            yield
        finally:
            filler.unlink()


def mounted(deployment: Deployment, place: str, folder: Path, party: Party, size: int) -> None:
    """A small file system of so many MiB, under the name of a volume that would be made."""
    folder.mkdir()
    options = f"size={size * MEBIBYTE},mode=0700,uid={party.uid},gid={party.uid}"
    subprocess.run(("mount", "-t", "tmpfs", "-o", options, "none", folder), check=True)
    docker.from_env().volumes.create(
        deployment.stack.object_name(place),
        driver="local",
        driver_opts={"type": "none", "o": "bind", "device": str(folder)},
        labels=deployment.stack.labels,
    )


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tight]:
    """It runs, with backups in both repositories."""
    deployment, root = named(parts=("pulse",)), tmp_path_factory.mktemp("disks")
    disks = {place: root / place for place in PLACES}
    try:
        for place, folder in disks.items():
            mounted(deployment, place, folder, *PLACES[place])
        deployment.succeed("up", seconds=900)
        yield Tight(deployment, disks)
    finally:
        remove(deployment)
        for folder in disks.values():
            subprocess.run(("umount", folder), check=folder.is_mount())


@pytest.fixture
def well(tight: Tight) -> Tight:
    """The same, well before each test."""
    tight.deployment.faultless(120)
    return tight


def good_again(tight: Tight, writer: Writer) -> None:
    """By itself; nothing that was acknowledged is lost, and both repositories restore."""
    count = len(writer.acknowledged)
    awaited(lambda: len(writer.acknowledged) > count + 20, 120, "writes with room again")
    tight.deployment.faultless(180)
    tight.deployment.succeed("backup", "--verify")
    assert set(writer.acknowledged) <= set(tight.deployment.names())


@pytest.mark.parametrize(
    ("place", "failing", "other"), [("repository", "local", "s3"), ("objects", "s3", "local")]
)
def test_no_room_in_a_repository(well: Tight, place: str, failing: str, other: str) -> None:
    """The other one goes on and takes a backup; this one fails in pgBackRest's words; status names it."""
    with Writer(well.deployment, place) as writer:
        with well.full(place):
            said = well.deployment.invoke("backup", "--type", "full")
            assert said.status == 1, said.words
            assert f"the backup into {failing} failed" in said.words
            assert f"{other}: " in said.words
            assert "Traceback" not in said.words
            told(well.deployment, f"repository {failing}")
        good_again(well, writer)


def test_no_room_on_the_database_s_disk(well: Tight) -> None:
    """Writes are refused or wait, the server may end itself; what was acknowledged is there afterwards."""
    query(container(well.deployment.stack, "database"), "create table filling (id int, words text)", "bem")
    with Writer(well.deployment, "data") as writer:
        awaited(lambda: len(writer.acknowledged) > 20, 30, "writes")
        with well.full("database-g1"):
            for _ in range(3):
                with suppress(Failure):
                    query(container(well.deployment.stack, "database"), LOAD, "bem")
            said = well.deployment.invoke("status")
            assert said.status == 1, said.words
        awaited(well.deployment.well, 120, "service with room again")
        query(container(well.deployment.stack, "database"), "drop table filling", "bem")
        good_again(well, writer)


def test_no_room_for_the_cache(well: Tight) -> None:
    """A pulse is acknowledged once it is on the disk: none with an answer is lost, others are refused."""
    acknowledged, refused = [], 0
    with pulse_client(well.deployment) as client:

        def send() -> bool:
            key = f"full-{uuid.uuid4().hex}"
            pulse = {"kind": "count", "payload": {"amount": 1}}
            try:
                answer = client.post("/pulses", json=pulse, headers={"Idempotency-Key": key})
            except httpx.HTTPError:
                return False
            if answer.status_code != httpx.codes.ACCEPTED:
                assert answer.status_code in {503, 504, 429}, answer.text
                return False
            acknowledged.append(key)
            return True

        assert send()
        with well.full("cache"):
            for _ in range(200):
                refused += not send()
            assert refused > 0
        awaited(send, 120, "a pulse with room again")
    wanted = ", ".join(f"'{key}'" for key in acknowledged)
    effects = f"select count(*) from pulse_results where key in ({wanted})"
    target = container(well.deployment.stack, "database")
    awaited(lambda: int(query(target, effects, "bem")) == len(acknowledged), 60, "each effect")
    well.deployment.faultless(120)


def test_no_room_in_the_volume_of_a_restore(
    well: Tight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The room went after the pre-flight: who serves is not touched, and the next restore succeeds."""
    deployment, small = well.deployment, tmp_path / "small"
    mounted(deployment, "database-g2", small, DATABASE, 24)
    try:
        with Writer(deployment, "small") as writer, monkeypatch.context() as patched:
            patched.setattr(module, "unused_generation", lambda _: 2)
            with pytest.raises(Failure, match="No space left on device"):
                console.restore(
                    deployment.name, Target(latest=True), "local", yes=True, dry_run=False, as_json=True
                )
        assert writer.failed == 0
        assert not scratches(deployment)
        assert volumes(deployment) == {deployment.stack.volume(1)}
    finally:
        subprocess.run(("umount", small), check=True)
    deployment.faultless(60)
    deployment.succeed("restore", "--latest", "--yes")
    assert set(writer.acknowledged) <= set(deployment.names())
    agreed(deployment)

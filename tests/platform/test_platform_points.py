"""One point over database and cache, with pulses in flight: none without its effect, and none twice."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import httpx
import pytest

from backups.engine import query
from backups.points import cache_volume, snapshot, standing
from backups.points.point import CACHE
from backups.scratch import ROLE
from operation.audit import now
from operation.containers import container, containers
from tests.platform.deployment import Deployment, awaited, named, remove
from tokens.bearer import bearer

pytestmark = [pytest.mark.platform, pytest.mark.long]

EFFECTS = "select key from pulse_results where key like '{prefix}%'"
TOTALS = "select (select sum(count) from pulse_totals) = (select count(*) from pulse_results)"


def pulse_client(deployment: Deployment) -> httpx.Client:
    """A client that may send pulses."""
    client = deployment.client()
    client.auth = bearer(deployment.stack, "test", ["pulses:write"])
    return client


class Sender(threading.Thread):
    """Sends pulses one after the other; remembers when each was acknowledged."""

    def __init__(self, deployment: Deployment, prefix: str) -> None:
        super().__init__(daemon=True)
        self.deployment, self.prefix = deployment, prefix
        self.acknowledged: dict[str, datetime] = {}
        self.ended = threading.Event()

    def run(self) -> None:
        """A refusal is none of ours: only what was acknowledged counts."""
        with pulse_client(self.deployment) as client:
            for number in range(1_000_000):
                if self.ended.wait(0.01):
                    return
                self.send(client, f"{self.prefix}{number:06d}")

    def send(self, client: httpx.Client, key: str) -> None:
        """One pulse."""
        pulse = {"kind": "count", "payload": {"amount": 1}}
        try:
            answer = client.post("/pulses", json=pulse, headers={"Idempotency-Key": key})
        except httpx.HTTPError:
            return
        if answer.status_code == httpx.codes.ACCEPTED:
            self.acknowledged[key] = now()


@pytest.fixture(scope="module")
def pulsing() -> Iterator[Deployment]:
    """A deployment with workers and a first backup."""
    deployment = named(prefix="points", parts=("pulse",))
    try:
        deployment.succeed("up", "--skip-backup", seconds=900)
        deployment.succeed("backup", "--only", "database", "--repo", "local")
        yield deployment
    finally:
        remove(deployment)


@contextmanager
def sending(deployment: Deployment, prefix: str) -> Iterator[Sender]:
    """A sender beside the block; it has sent something before and is stopped after it."""
    sender = Sender(deployment, prefix)
    sender.start()
    try:
        awaited(lambda: len(sender.acknowledged) > 20, 60, "the first pulses")
        yield sender
    finally:
        sender.ended.set()
        sender.join(30)


def sql(deployment: Deployment, text: str) -> str:
    """What the serving database answers."""
    return query(container(deployment.stack, "database"), text, "bem")


def effects(deployment: Deployment, prefix: str) -> set[str]:
    """Keys of the pulses that have their effect."""
    return set(sql(deployment, EFFECTS.format(prefix=prefix)).splitlines())


def settled(deployment: Deployment) -> None:
    """Waits until nothing is left for the workers."""

    def idle() -> bool:
        said = deployment.succeed("pulse.status", "--json").json
        return not said["waiting"] and not said["pending"]

    awaited(idle, 60, "the end of the workers' work")


def test_a_point_brings_pulses_and_rows_back_together(pulsing: Deployment) -> None:
    """Accepted and not worked on at the point, worked on before it and after it; and an undo."""
    with sending(pulsing, "early-") as early:
        awaited(lambda: len(effects(pulsing, "early-")) > 20, 60, "the first effects")
        standing.stop(pulsing.stack, ["pulse"])  # from here on pulses are accepted, and nobody works
        before = len(early.acknowledged)
        awaited(lambda: len(early.acknowledged) > before + 50, 60, "pulses that nobody works on")
        said = pulsing.succeed("backup", "--json").json
    point = said["point"]
    assert (point["faults"], point["repositories"]) == ([], ["local", "s3"])
    part = next(each for each in point["parts"] if each["name"] == CACHE)
    taken, marked = datetime.fromisoformat(part["at"]), datetime.fromisoformat(point["mark"]["at"])
    assert taken < marked
    unworked = early.acknowledged.keys() - effects(pulsing, "early-")
    assert len(unworked) > 50

    standing.start(pulsing.stack, "pulse", pulsing.settings.pulse.replicas)
    with sending(pulsing, "late-") as late:
        awaited(lambda: len(effects(pulsing, "late-")) > 20, 60, "effects after the point")
    settled(pulsing)
    everything = {**early.acknowledged, **late.acknowledged}
    assert effects(pulsing, "") >= everything.keys(), "before the restore nothing is missing"

    preview = pulsing.succeed("restore", "--to-mark", point["name"], "--preview", "--json")
    assert preview.json["cache_point"] == point["name"]
    assert preview.json["pulses_given_up"] >= len(late.acknowledged)
    restored = pulsing.succeed("restore", "--to-mark", point["name"], "--yes", "--json").json
    assert restored["beside"]["point"]["name"] == point["name"]
    awaited(pulsing.well, 60, "an api that serves")
    owed = {key for key, moment in early.acknowledged.items() if moment < taken}
    awaited(lambda: effects(pulsing, "") >= owed, 60, "the effects of all that was acknowledged by then")
    settled(pulsing)
    assert len(owed & unworked) > 20, "some of them were only in the snapshot"
    assert sql(pulsing, TOTALS) == "t", "none has an effect twice"
    assert effects(pulsing, "late-") == set(), "what was accepted later is given up, as it was said"
    with pulse_client(pulsing) as client:
        Sender(pulsing, "").send(client, "after-the-restore")
    awaited(lambda: effects(pulsing, "after-the-restore"), 60, "a new pulse's effect")
    assert not containers(pulsing.stack, ROLE)

    pulsing.succeed("restore.undo", "--yes")
    settled(pulsing)
    assert effects(pulsing, "") >= everything.keys(), "all that was acknowledged before the restore"
    assert effects(pulsing, "after-the-restore") == set()
    assert sql(pulsing, TOTALS) == "t"
    awaited(pulsing.well, 60, "an api that serves")


def test_a_cache_that_cannot_be_saved_fails_the_backup_by_name(pulsing: Deployment) -> None:
    """The database's backup is there nevertheless, and so is a point without that part."""
    standing.stop(pulsing.stack, [CACHE])
    try:
        said = pulsing.invoke("backup", "--repo", "local", "--json")
    finally:
        standing.start(pulsing.stack, CACHE, 1)
    assert said.status == 1
    assert "the recovery point is not whole: cache: " in said.stderr
    assert said.json["backups"][0]["repository"] == "local"
    assert [each["name"] for each in said.json["point"]["parts"]] == ["host"]
    listed = pulsing.succeed("backup.list", "--json").json
    assert said.json["point"]["name"] in {each["name"] for each in listed["points"]}
    assert pulsing.invoke("history", "--limit", "1", "--json").json[0]["outcome"] == "failed"


def test_the_latest_puts_nothing_older_over_the_cache(pulsing: Deployment) -> None:
    """It serves on, its content untouched."""
    with pulse_client(pulsing) as client:
        Sender(pulsing, "").send(client, "stays")
    before = snapshot.streams(running(pulsing))["pulses"]["added"]
    identity = running(pulsing).id
    pulsing.succeed("restore", "--latest", "--yes")
    assert running(pulsing).id == identity
    assert snapshot.streams(running(pulsing))["pulses"]["added"] == before
    generation = pulsing.settings.database.kept[-1]
    pulsing.succeed("restore.forget", str(generation), "--yes")
    with cache_volume.volume(pulsing.stack) as inside:
        assert cache_volume.kept_name(generation) not in cache_volume.kept(inside)


def test_a_lost_cache_comes_back_from_its_newest_snapshot(pulsing: Deployment) -> None:
    """Its volume is empty; pulses that nobody had worked on have their effect after `restore --latest`."""
    standing.stop(pulsing.stack, ["pulse"])
    with sending(pulsing, "lost-") as sender:
        awaited(lambda: len(sender.acknowledged) > 30, 60, "pulses that nobody works on")
    assert pulsing.succeed("backup", "--repo", "s3", "--json").json["point"]["faults"] == []
    standing.stop(pulsing.stack, [CACHE])
    with cache_volume.volume(pulsing.stack) as inside:
        assert inside.exec_run(["rm", "-rf", "/data/appendonlydir"]).exit_code == 0
    standing.start(pulsing.stack, CACHE, 1)
    pulsing.succeed("restore", "--latest", "--yes")
    awaited(lambda: effects(pulsing, "lost-") == sender.acknowledged.keys(), 60, "the effects of all of them")
    assert sql(pulsing, TOTALS) == "t"
    awaited(pulsing.well, 60, "an api that serves")


def running(deployment: Deployment) -> Any:
    """The cache's container."""
    return container(deployment.stack, CACHE)

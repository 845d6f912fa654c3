"""A host is lost with its repositories, keys and settings: what its kit and another S3 bring back."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import docker
import pyrage
import pytest

from operation.stack import LABEL_STACK
from tests.platform.deployment import Deployment, Said, awaited
from tests.platform.elsewhere import Elsewhere, elsewhere
from tests.platform.writer import Writer

pytestmark = [pytest.mark.platform, pytest.mark.long, pytest.mark.lane("recovery")]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """An S3 on another host, as far as a stack can tell."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere")) as found:
        yield found


def refused(said: Said, *words: str) -> None:
    """Exit status 2, these words, no traceback."""
    assert said.status == 2, said.words
    assert all(each in said.words for each in words), said.words
    assert "Traceback" not in said.words


def identity(folder: Path, name: str) -> tuple[Path, str]:
    """A file that opens what is encrypted to its recipient, and that recipient."""
    made = pyrage.x25519.Identity.generate()
    path = folder / name
    path.write_text(f"# of a test\n{made}\n")
    return path, str(made.to_public())


def in_s3(deployment: Deployment) -> list[str]:
    """Kinds of the backups in S3, the oldest first."""
    found = deployment.succeed("backup.list", "--json").json["backups"]
    return [each["kind"] for each in found if each["repository"] == "s3"]


def archived(deployment: Deployment, moment: datetime) -> bool:
    """Whether S3 has all that was written before."""
    until = deployment.succeed("backup.list", "--json").json["reach"].get("s3", {}).get("until")
    return bool(until) and datetime.fromisoformat(until) > moment


def remains(deployment: Deployment) -> list[str]:
    """What this host still has of the stack."""
    engine, label = docker.from_env(), {"label": f"{LABEL_STACK}={deployment.name}"}
    found = (*engine.services.list(filters=label), *engine.volumes.list(filters=label))
    objects = [each.name for each in found]
    places = [str(each) for each in (deployment.stack.file, deployment.stack.folder) if each.exists()]
    return objects + places


def lose(deployment: Deployment) -> None:
    """Everything of the stack goes: services, volumes, images, keys, settings."""
    deployment.succeed("down", f"--destroy-data={deployment.name}")
    deployment.stack.file.unlink()
    assert remains(deployment) == []


def killed_once_it_restores(deployment: Deployment, *words: str) -> None:
    """SIGKILL for a recovery and all its children while the data comes back."""
    process = deployment.start("./ops", "recover", *words)
    journal = deployment.stack.folder / "restore.json"
    awaited(lambda: journal.exists() or process.poll() is not None, 240, "the restore")
    os.killpg(process.pid, signal.SIGKILL)
    said, _ = process.communicate()
    assert journal.exists(), said


def move(deployment: Deployment, store: Elsewhere, wrong: Path) -> None:
    """To another S3, which is not reached with wrong keys, without its root, or in a bucket of nobody."""
    there = ("backup.endpoint", "--to", store.endpoint)
    rooted = (*there, "--ca-file", store.roots)
    keys = ("--keys-file", str(store.keys))
    wrong.write_text("somebody\nno-secret-of-theirs\n")
    refused(
        deployment.invoke(*rooted, "--bucket", store.bucket, "--keys-file", str(wrong)),
        "does not take these keys",
    )
    refused(deployment.invoke(*rooted, "--bucket", "nobodys", *keys), "nobodys")
    refused(deployment.invoke(*there, "--bucket", store.bucket, *keys), "--ca-file")
    assert deployment.settings.object_store.endpoint == ""
    moved = deployment.succeed(*rooted, "--bucket", store.bucket, *keys, "--json").json
    assert (moved["holds_repository"], moved["locked_days"]) == (False, None), "these keys may not ask"
    deployment.succeed("up", seconds=900)
    assert in_s3(deployment) == ["full"], "the first in the new place"
    assert "object-store" not in deployment.succeed("ps").stdout


def kit_of(deployment: Deployment, folder: Path) -> tuple[Path, Path]:
    """The stack's kit and what opens it; `status` knows whether there is one."""
    kit = folder / "kit.age"
    mine, me = identity(folder, "mine.key")
    _, colleague = identity(folder, "colleague.key")
    assert "there is no recovery kit" in deployment.succeed("status").words
    deployment.succeed("backup.kit", "--recipient", me, "--recipient", colleague, "--output", str(kit))
    assert kit.stat().st_size <= 16 * 1024
    assert "recovery kit" not in deployment.succeed("status").words
    checked = deployment.succeed("backup.kit", "--check", str(kit), "--identity", str(mine), "--json").json
    assert checked["differs"] == []
    return kit, mine


def untouched_by_bad_kits(deployment: Deployment, kit: Path, mine: Path) -> None:
    """Another's identity, a kit with one byte changed, a dry run: nothing is there afterwards."""
    stranger, _ = identity(kit.parent, "stranger.key")
    refused(deployment.run("./ops", "recover", str(kit), "--identity", str(stranger)), "not encrypted to")
    text, damaged = kit.read_text(), kit.with_name("damaged.age")
    place = len(text) // 2
    damaged.write_text(text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :])
    refused(deployment.run("./ops", "recover", str(damaged), "--identity", str(mine)), "is damaged")
    said = deployment.run("./ops", "recover", str(kit), "--identity", str(mine), "--dry-run")
    assert "would recover" in said.stdout, said.words
    assert remains(deployment) == []


def agreed(deployment: Deployment) -> None:
    """All is well and proven; no volume is left over, and plain Pulumi would change nothing."""
    status = deployment.invoke("status", "--json")
    assert status.status == 0, status.words
    assert set(status.json["proven"]) == {"local", "s3"}
    volumes = docker.from_env().volumes.list(filters={"label": f"{LABEL_STACK}={deployment.name}"})
    data = {each.name for each in volumes if "_database-g" in each.name}
    assert data == {deployment.stack.volume(each) for each in deployment.settings.database.declared}
    assert deployment.run("pulumi", "preview", "--expect-no-changes").status == 0


def test_a_lost_host_comes_back_from_its_kit(another: Deployment, store: Elsewhere, tmp_path: Path) -> None:
    """Moved to another S3, written to, lost with all that it had, recovered, though killed half-way."""
    another.succeed("up", "--skip-backup", seconds=900)
    another.write("on its own store")
    move(another, store, tmp_path / "wrong-keys")
    with Writer(another, "row") as writer:
        awaited(lambda: len(writer.acknowledged) > 200, 60, "writes")
    before, written = another.names(), datetime.now(UTC)
    assert set(writer.acknowledged) < set(before)
    kit, mine = kit_of(another, tmp_path)
    words = ("recover", str(kit), "--identity", str(mine))
    refused(another.run("./ops", *words), "is on this host")
    root = (another.stack.folder / "certs" / "root.pem").read_bytes()
    wishes = another.settings.model_dump(exclude={"database"})
    awaited(lambda: archived(another, written), 60, "the archiving of the last row")
    lose(another)

    untouched_by_bad_kits(another, kit, mine)
    killed_once_it_restores(another, *words[1:])
    half = another.invoke("up")
    assert half.status == 1, half.words
    assert "has not brought its database back yet" in half.words
    said = another.run("./ops", *words, seconds=900)
    assert said.status == 0, said.words
    assert "is back after" in said.stdout

    assert another.names() == before
    assert (another.stack.folder / "certs" / "root.pem").read_bytes() == root
    assert another.settings.model_dump(exclude={"database"}) == wishes
    agreed(another)
    another.write("after the recovery")
    refused(another.run("./ops", *words), "is on this host")

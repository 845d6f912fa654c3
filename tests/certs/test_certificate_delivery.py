"""Deliveries into real volumes, by the carrier and by Pulumi."""

import io
import json
import os
import secrets
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from certs.ca.authority import authority
from certs.ca.signature import now
from certs.delivery import DeliveryProvider
from certs.pairs.leaf import issue
from certs.pairs.store import ensure
from certs.serving import carrier, generation
from certs.serving.carrier import deliver, delivered
from operation.containers import client
from operation.failure import Failure
from operation.stack import Stack
from tests.certs.conftest import Ask

CHECKOUT = Path(__file__).resolve().parents[2]
IMAGE = "debian:trixie-slim"
LIST = "cd /certs && find . -mindepth 1 -printf '%p %u %g %m %y %l\\n' | sort"


@pytest.fixture
def volume() -> Iterator[str]:
    """A Docker volume; afterwards it and all that has it are gone, and no carrier was left."""
    engine = client()
    name = f"crt-{secrets.token_hex(4)}"
    engine.volumes.create(name)
    yield name
    left = engine.containers.list(all=True, filters={"volume": name})
    for each in left:
        each.remove(force=True)
    engine.volumes.get(name).remove()
    assert not left


def run(volume: str, command: str) -> str:
    """What a shell in a container with that volume prints."""
    options = {"network_mode": "none", "remove": True, "volumes": {volume: {"bind": "/certs"}}}
    output: bytes = client().containers.run(IMAGE, ["sh", "-c", command], **options)
    return output.decode()


def wish(profile: Any, **changes: str) -> dict[str, Any]:
    """Properties as Pulumi has them."""
    return {"profile": profile.model_dump(mode="json"), "volume": "v", "stack": "s", "image": "i"} | changes


def test_archive_has_owners_and_modes(stack: Stack, ask: Ask) -> None:
    """Keys are 0400, the rest readable, all of it the party's; `pair.pem` is chain and key in one."""
    leaf = issue(stack, ask(), authority(stack))
    with tarfile.open(fileobj=io.BytesIO(generation.archive("g", leaf, b"lists", 6004, now()))) as tar:
        entries = {entry.name: (entry.mode, entry.uid, entry.gid) for entry in tar}
        pair = tar.extractfile("g/pair.pem")
        assert pair is not None
        assert pair.read() == leaf.chain + leaf.key
    assert entries == {
        "g": (0o755, 6004, 6004),
        "g/cert.pem": (0o444, 6004, 6004),
        "g/ca.pem": (0o444, 6004, 6004),
        "g/key.pem": (0o400, 6004, 6004),
        "g/pair.pem": (0o400, 6004, 6004),
        "g/crl.pem": (0o444, 6004, 6004),
    }


def test_archive_without_lists_has_no_file_of_them(stack: Stack, ask: Ask) -> None:
    """An empty one would be refused by servers."""
    leaf = issue(stack, ask(), authority(stack))
    with tarfile.open(fileobj=io.BytesIO(generation.archive("g", leaf, b"", 6004, now()))) as tar:
        assert "g/crl.pem" not in tar.getnames()


def test_diff_tells_changes_from_none(ask: Ask) -> None:
    """An image is no change, a profile updates, a volume or stack replaces."""
    diff = DeliveryProvider().diff
    old = wish(ask())
    as_float = old | {"profile": old["profile"] | {"uid": 6004.0, "days": 90.0}}
    same, image = diff("v", as_float, old), diff("v", old, old | {"image": "other"})
    assert (same.changes, image.changes, image.replaces) == (False, False, [])
    profile = diff("v", old, wish(ask(common_name="x")))
    assert (profile.changes, profile.replaces) == (True, [])
    assert diff("v", old, old | {"volume": "w"}).replaces == ["volume"]
    assert diff("v", old, old | {"stack": "t"}).replaces == ["stack"]
    assert diff("v", old | {"profile": {"party": "of an older version"}}, old).changes


def test_failed_delivery_keeps_no_turn(stack: Stack, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Docker a delivery ends in one sentence, and the next is not held up."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    for _ in range(2):
        with pytest.raises(Failure, match="Docker Engine does not answer"):
            deliver(stack, ask(), "crt-none", IMAGE)


@pytest.mark.platform
def test_delivery_lands_in_a_volume(stack: Stack, ask: Ask, volume: str) -> None:
    """Owners, modes and the symlink are right in the volume itself."""
    serial = deliver(stack, ask(), volume, IMAGE)
    lines = [line.split() for line in run(volume, LIST).splitlines()]
    folder = next(line[0] for line in lines if line[4] == "d")
    found = {line[0].removeprefix(folder): line[1:4] for line in lines if line[0].startswith(folder)}
    assert found == {
        "": ["6004", "6004", "755"],
        "/ca.pem": ["6004", "6004", "444"],
        "/cert.pem": ["6004", "6004", "444"],
        "/crl.pem": ["6004", "6004", "444"],
        "/key.pem": ["6004", "6004", "400"],
        "/pair.pem": ["6004", "6004", "400"],
    }
    assert ["./current", "l", folder.removeprefix("./")] in [[line[0], line[4], line[-1]] for line in lines]
    assert folder.endswith(serial[:8])
    assert delivered(stack, ask(), volume)


@pytest.mark.platform
def test_two_generations_are_kept(stack: Stack, ask: Ask, volume: str) -> None:
    """The present and the one before stay; older ones go."""
    serials = [deliver(stack, ask(), volume, IMAGE, renew=True) for _ in range(4)]
    folders = run(volume, "cd /certs && ls -d [0-9]*").split()
    assert [name.rpartition("-")[2] for name in folders] == [serial[:8] for serial in serials[-2:]]


@pytest.mark.platform
def test_readers_never_find_half(stack: Stack, ask: Ask, volume: str) -> None:
    """While pairs are delivered, a reader always finds a folder with all of its files."""
    deliver(stack, ask(), volume, IMAGE)
    read = "while :; do cat /certs/current/cert.pem /certs/current/key.pem >/dev/null || echo half; done"
    reader = client().containers.run(
        IMAGE, ["sh", "-c", read], detach=True, network_mode="none", volumes={volume: {"bind": "/certs"}}
    )
    try:
        for _ in range(3):
            deliver(stack, ask(), volume, IMAGE, renew=True)
        assert reader.logs() == b""
    finally:
        reader.remove(force=True)


@pytest.mark.platform
def test_volume_that_differs_is_seen(stack: Stack, ask: Ask, volume: str) -> None:
    """Empty, of another serial or owner, or cut: not delivered; a delivery heals."""
    assert not delivered(stack, ask(), volume)
    ensure(stack, ask())
    assert not delivered(stack, ask(), volume)
    deliver(stack, ask(), volume, IMAGE)
    assert delivered(stack, ask(), volume)
    assert not delivered(stack, ask(uid=6005), volume)
    assert not delivered(stack, ask(common_name="other"), volume)
    run(volume, "echo rubbish >/certs/current/cert.pem")
    assert not delivered(stack, ask(), volume)
    deliver(stack, ask(), volume, IMAGE)
    ensure(stack, ask(), renew=True)
    assert not delivered(stack, ask(), volume)


@pytest.mark.platform
def test_foreign_owner_of_the_volume_is_no_hindrance(stack: Stack, ask: Ask, volume: str) -> None:
    """A volume that an image filled as its own user takes deliveries too."""
    run(volume, "chown 6004:6004 /certs && chmod 700 /certs")
    deliver(stack, ask(), volume, IMAGE)
    deliver(stack, ask(), volume, IMAGE)
    assert delivered(stack, ask(), volume)


@pytest.mark.platform
def test_carrier_that_fails_leaves_current_alone(
    stack: Stack, ask: Ask, volume: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A swap that fails is told with its words; `current` is as it was, and the carrier is gone."""
    deliver(stack, ask(), volume, IMAGE)
    before = run(volume, "readlink /certs/current")
    monkeypatch.setattr(generation, "SWAP", "echo no room >&2; exit 28")
    with pytest.raises(Failure, match="exit status 28: no room"):
        deliver(stack, ask(), volume, IMAGE, renew=True)
    assert run(volume, "readlink /certs/current") == before


@pytest.mark.platform
def test_carrier_of_a_killed_process_is_swept(stack: Stack, ask: Ask, volume: str) -> None:
    """What a kill left behind does not stay."""
    client().containers.create(IMAGE, ["true"], labels={carrier.LABEL_CARRIER: volume})
    deliver(stack, ask(), volume, IMAGE)
    assert not client().containers.list(all=True, filters={"label": f"{carrier.LABEL_CARRIER}={volume}"})


@pytest.mark.platform
@pytest.mark.parametrize(
    ("named", "image", "sentence"), [(False, IMAGE, "crt-none"), (True, "crt-no-image", "crt-no-image")]
)
def test_nothing_is_made_on_the_way(
    stack: Stack, ask: Ask, volume: str, *, named: bool, image: str, sentence: str
) -> None:
    """A volume or image that is not there is told by name; Docker makes no volume for it."""
    with pytest.raises(Failure, match=sentence):
        deliver(stack, ask(), volume if named else "crt-none", image)
    assert not client().volumes.list(filters={"name": "crt-none"})


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of its own with what the program imports, and the executable that runs providers."""
    for package in ("certs", "operation", "infra"):
        shutil.copytree(CHECKOUT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    plugin = tmp_path / "bin" / "pulumi-resource-pulumi-python"
    plugin.parent.mkdir()
    plugin.write_text(f'#!/bin/sh\nexec {sys.executable} -u -m pulumi.dynamic "$@"\n')
    plugin.chmod(0o755)
    (tmp_path / "state").mkdir()
    (tmp_path / "Pulumi.crt-stack.yaml").write_text("config: {}\n")
    return tmp_path


def pulumi(checkout: Path, do: str, profile: Any, volume: str, image: str = IMAGE) -> dict[str, Any]:
    """Runs the program in that checkout; gives its changes and its state."""
    options = {
        "do": do,
        "profile": profile.model_dump_json(),
        "volume": volume,
        "image": image,
        "folder": str(checkout / "state"),
    }
    path = f"{checkout / 'bin'}:{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
    environment = {**kept, "PATH": path, "PYTHONPATH": str(checkout)}
    argv = [sys.executable, str(Path(__file__).with_name("program.py")), json.dumps(options)]
    done = subprocess.run(
        argv, env=environment, cwd=checkout, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.platform
def test_resource_is_stable(checkout: Path, ask: Ask, volume: str) -> None:
    """Up delivers; previews are clean after renewal, rebuilt image and changed module; no key in state."""
    stack, profile = Stack("crt-stack", root=checkout), ask(party="database", uid=6001)
    first = pulumi(checkout, "up", profile, volume)
    serial = ensure(stack, profile).serial
    assert first["changes"] == {"create": 2}
    assert delivered(stack, profile, volume)
    assert "PRIVATE" not in first["state"]
    assert serial not in first["state"].upper()

    assert pulumi(checkout, "preview", profile, volume)["changes"] == {"same": 2}
    deliver(stack, profile, volume, IMAGE, renew=True)
    assert pulumi(checkout, "preview", profile, volume)["changes"] == {"same": 2}
    assert pulumi(checkout, "preview", profile, volume, f"{IMAGE}@rebuilt")["changes"] == {"same": 2}
    with (checkout / "certs" / "delivery.py").open("a") as module:
        module.write("\n\ndef more() -> None:\n    '''A changed module.'''  # and a comment\n")
    assert pulumi(checkout, "preview", profile, volume)["changes"] == {"same": 2}

    changed = ask(party="database", uid=6001, names=["database", "localhost"])
    assert pulumi(checkout, "up", changed, volume)["changes"] == {"same": 1, "update": 1}
    assert delivered(stack, changed, volume)
    assert not delivered(stack, profile, volume)
    assert pulumi(checkout, "destroy", changed, volume)["changes"] == {"delete": 2}
    assert run(volume, "cat /certs/current/cert.pem").startswith("-----BEGIN CERTIFICATE-----")

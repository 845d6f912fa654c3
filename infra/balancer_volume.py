"""The volume with the load balancer's configuration: a file is checked, put in its place, and taken back."""

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from certs.serving.carrier import LABEL_CARRIER
from certs.serving.generation import FOLDER as CERTIFICATES
from operation.containers import client
from operation.failure import Failure
from operation.stack import Stack

FOLDER = "/usr/local/etc/haproxy"
FILE = "haproxy.cfg"
PATIENCE = 60
"""Seconds that a check may take on a busy host; it takes half of one."""
FILES = 20_000
"""Open files that a Swarm task may have: HAProxy's own check asks whether its connections fit."""

PUT = f"""
set -e
cd {FOLDER}
haproxy -c -f .next 2>&1 || {{ rm -f .next; exit 1; }}
sync .next
if [ -e {FILE} ] && ! cmp -s .next {FILE}; then cp -p {FILE} .was; mv -fT .was {FILE}.before; fi
mv -fT .next {FILE}
sync .
"""
"""Checks the file, keeps the one before, and moves the new one by rename(2): readers see a whole one."""

TAKE_BACK = f"""
set -e
cd {FOLDER}
cp -p {FILE}.before .next
mv -fT .next {FILE}
sync .
"""


@dataclass(frozen=True)
class Place:
    """Where a configuration lives, and what it is checked with.

    Attributes:
        stack: whose.
        volume: name of the volume.
        certificates: name of the volume with the load balancer's pair.
        image: the load balancer's; its HAProxy checks the file.
    """

    stack: Stack
    volume: str
    certificates: str
    image: str


def put(place: Place, content: str) -> None:
    """Checks a file with HAProxy and puts it in its place; the one before is kept beside it.

    Raises:
        Failure: when HAProxy refuses it, in its own words, or Docker does; the place is then as it was.
    """
    with _carrier(place, PUT) as carrier:
        carrier.put_archive(FOLDER, _archive(content))
        status, words = _run(carrier, place)
    if status:
        raise Failure(
            f"HAProxy refuses the load balancer's new configuration:\n    {_essence(words)}",
            "the configuration before is in its place and serves on.",
            "correct the values of load_balancer in the stack's file, or the template; then try again.",
        )


def take_back(place: Place) -> None:
    """Puts the file before in its place again."""
    with _carrier(place, TAKE_BACK) as carrier:
        status, words = _run(carrier, place)
    if status:
        raise _unusable(place, words)


def held(place: Place) -> str:
    """The file that is in its place; empty when there is none."""
    from docker.errors import NotFound  # noqa: PLC0415

    with _carrier(place) as carrier:
        try:
            stream, _ = carrier.get_archive(f"{FOLDER}/{FILE}")
        except NotFound:
            return ""
        with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as tar:
            file = tar.extractfile(tar.getmembers()[0])
            return file.read().decode() if file else ""


def _archive(content: str) -> bytes:
    """Nothing in the file is secret; the party reads it and does not own it."""
    data, buffer = content.encode(), io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo(".next")
        entry.size, entry.mode = len(data), 0o444
        tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _run(carrier: Any, place: Place) -> tuple[int, str]:
    """Runs the carrier to its end, and gives its exit status and words."""
    from docker.errors import APIError  # noqa: PLC0415
    from requests.exceptions import RequestException  # noqa: PLC0415

    try:
        carrier.start()
        status = int(carrier.wait(timeout=PATIENCE)["StatusCode"])
        return status, carrier.logs().decode(errors="replace").strip()
    except APIError as error:
        raise _unusable(place, str(error.explanation)) from error
    except RequestException as error:
        raise _unusable(place, f"HAProxy's check did not end within {PATIENCE} s") from error


@contextmanager
def _carrier(place: Place, script: str = "") -> Iterator[Any]:
    """A created container that has both volumes; removed, however the block ends."""
    engine = client()
    for orphan in engine.containers.list(all=True, filters={"label": f"{LABEL_CARRIER}={place.volume}"}):
        orphan.remove(force=True, v=True)  # of a process that was killed: Pulumi lets in one at a time
    created = _created(engine, place, script)
    try:
        yield created
    finally:
        created.remove(force=True, v=True)


def _created(engine: Any, place: Place, script: str) -> Any:
    """The container itself: no network, and of root's rights only that to write where others own."""
    from docker.errors import APIError, NotFound  # noqa: PLC0415
    from docker.types import Mount, Ulimit  # noqa: PLC0415

    try:
        for volume in (place.volume, place.certificates):
            engine.volumes.get(volume)
        return engine.containers.create(
            place.image,
            ["-c", script],
            entrypoint=["/bin/sh"],
            user="0:0",
            network_mode="none",
            cap_drop=["ALL"],
            cap_add=["DAC_OVERRIDE", "FOWNER"],
            security_opt=["no-new-privileges"],
            ulimits=[Ulimit(name="nofile", soft=FILES, hard=FILES)],
            labels=place.stack.labels | {LABEL_CARRIER: place.volume},
            mounts=[
                Mount(FOLDER, place.volume, type="volume", no_copy=True),
                Mount(CERTIFICATES, place.certificates, type="volume", no_copy=True, read_only=True),
            ],
        )
    except (NotFound, APIError) as error:
        raise _unusable(place, str(error.explanation)) from error


def _essence(words: str) -> str:
    """What HAProxy says of a file that it refuses: its alerts, else all."""
    lines = words.splitlines()
    alerts = [line for line in lines if line.startswith("[ALERT]")]
    return "\n    ".join((alerts or lines)[:8])


def _unusable(place: Place, why: str) -> Failure:
    return Failure(
        f"the volume {place.volume} could not be used: {why}.",
        "the load balancer runs with the configuration that it had.",
        "correct that, then type the same command again.",
    )

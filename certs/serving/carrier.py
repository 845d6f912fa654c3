"""The carrier: a short-lived container that brings a pair into a party's volume, and reads it back."""

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from cryptography import x509

from certs.ca.authority import authority
from certs.ca.signature import now
from certs.foreign import public_pair
from certs.pairs.profile import Profile
from certs.pairs.statement import serial_of
from certs.pairs.store import ensure, present, unfit
from certs.revocation import lists
from certs.serving import generation
from certs.turn import turn
from infra.parties import LOAD_BALANCER
from operation.containers import client
from operation.failure import Failure
from operation.stack import Stack

LABEL_CARRIER = "bem.carrier"
PATIENCE = 60
"""Seconds that moving a symlink may take on a host with slow disks."""


def deliver(stack: Stack, profile: Profile, volume: str, image: str, *, renew: bool = False) -> str:
    """Makes sure of the party's pair and brings it into its volume as a new generation.

    The load balancer gets `public.pem` as well, which its clients are shown: the public pair while there
    is one that is good, else its own.

    Args:
        stack: whose party.
        profile: what the certificate has to say.
        volume: name of a Docker volume that exists.
        image: reference of an image with a shell and coreutils.
        renew: issue a new pair even when the present one fits.

    Returns:
        The serial number of the delivered certificate.

    Raises:
        Failure: when there is no such volume or image, or the carrier failed; `current` is then as it was.
    """
    with _alone(stack, profile):
        leaf = ensure(stack, profile, renew=renew)
        at = datetime.now(UTC)
        fresh = generation.name(leaf, at)
        void = lists.current(stack)
        with _carrier(stack, volume, image, (generation.SWAP, "swap", fresh)) as carrier:
            public = public_pair.shown(stack, profile, leaf) if profile.party == LOAD_BALANCER.role else b""
            content = generation.archive(fresh, leaf, void, profile.uid, at, public)
            _carry(carrier, content, volume)
        return leaf.serial


def delivered(stack: Stack, profile: Profile, volume: str, image: str = "") -> bool:
    """Whether the volume holds the party's present pair, owned by the profile's uid.

    Args:
        stack: whose party.
        profile: what the certificate has to say.
        volume: name of the party's Docker volume.
        image: any image of the host does, since the reading container never starts; empty takes one.

    Raises:
        Failure: when Docker, the volume or the authority cannot be used.
    """
    signer = authority(stack)
    leaf = present(stack, profile.party, signer)
    if leaf is None or unfit(leaf.certificate, profile, signer.issuing, now()):
        return False
    with _alone(stack, profile), _carrier(stack, volume, image) as carrier:
        return _held(carrier) == (leaf.serial, profile.uid)


def holds_a_pair(stack: Stack, volume: str) -> bool:
    """Whether there is a certificate in the volume at all, whosever and however old."""
    from docker.errors import NotFound  # noqa: PLC0415

    engine = client()
    try:
        engine.volumes.get(volume)
    except NotFound:
        return False
    running = engine.containers.list(
        filters={"volume": volume, "status": "running"}, limit=1, ignore_removed=True
    )
    if running and _held(running[0]) is not None:  # all of ours have it at the same place
        return True
    with _carrier(stack, volume, "") as carrier:
        return _held(carrier) is not None


def _alone(stack: Stack, profile: Profile) -> Any:
    return turn(stack.make_folder("certs") / f".{profile.party}.delivery.lock")


def _carry(carrier: Any, content: bytes, volume: str) -> None:
    """Fills the volume while nothing runs, then starts the carrier once to move the symlink."""
    from docker.errors import APIError  # noqa: PLC0415  # 0.2 s that `invoke --list` does not pay
    from requests.exceptions import RequestException  # noqa: PLC0415

    try:
        carrier.put_archive(generation.FOLDER, content)
        carrier.start()
        status = carrier.wait(timeout=PATIENCE)["StatusCode"]
        words = carrier.logs().decode(errors="replace").strip()
    except APIError as error:
        raise _undelivered(volume, str(error.explanation)) from error
    except RequestException as error:
        raise _undelivered(volume, f"the carrier did not end within {PATIENCE} s") from error
    if status:
        raise _undelivered(volume, f"the carrier ended with exit status {status}: {words}")


def _held(carrier: Any) -> tuple[str, int] | None:
    """Serial number and owner of the certificate in the carrier's volume, or None when it holds none."""
    from docker.errors import NotFound  # noqa: PLC0415

    try:
        stream, _ = carrier.get_archive(f"{generation.CURRENT}/cert.pem")
    except NotFound:
        return None
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as tar:
        entry = tar.getmembers()[0]
        file = tar.extractfile(entry)
        try:
            certificate = x509.load_pem_x509_certificate(file.read() if file else b"")
        except ValueError:
            return None
    return serial_of(certificate), entry.uid


@contextmanager
def _carrier(stack: Stack, volume: str, image: str, command: tuple[str, ...] = ()) -> Iterator[Any]:
    """A created container that has the volume; removed with its anonymous volumes, however the block ends."""
    engine = client()
    for orphan in engine.containers.list(all=True, filters={"label": f"{LABEL_CARRIER}={volume}"}):
        orphan.remove(force=True, v=True)  # of a process that was killed: whoever lives holds the turn
    created = _created(engine, stack, volume, image, command)
    try:
        yield created
    finally:
        created.remove(force=True, v=True)


def _created(engine: Any, stack: Stack, volume: str, image: str, command: tuple[str, ...]) -> Any:
    """The container itself: no network, and of root's rights only that to write where others own."""
    from docker.errors import APIError, NotFound  # noqa: PLC0415
    from docker.types import Mount  # noqa: PLC0415

    try:
        engine.volumes.get(volume)
        return engine.containers.create(
            image or _any_image(engine),
            list(command),
            entrypoint=["/bin/sh", "-c"],
            user="0:0",
            network_mode="none",
            cap_drop=["ALL"],
            cap_add=["DAC_OVERRIDE", "FOWNER"],
            security_opt=["no-new-privileges"],
            labels=stack.labels | {LABEL_CARRIER: volume},
            mounts=[Mount(generation.FOLDER, volume, type="volume", no_copy=True)],
        )
    except (NotFound, APIError) as error:
        raise _undelivered(volume, str(error.explanation)) from error


def _any_image(engine: Any) -> str:
    images = engine.images.list()
    if not images:
        raise Failure("this host has no image yet.", "nothing runs here.", "`invoke up` builds the images.")
    return str(images[0].id)


def _undelivered(volume: str, why: str) -> Failure:
    return Failure(
        f"certificates could not be brought into the volume {volume}: {why}.",
        "the certificates in it are as they were.",
        "correct that, then type the same command again.",
    )

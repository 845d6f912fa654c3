"""The local store of leaf pairs: `.ops/<stack>/certs/<party>/`, which Pulumi's state never sees."""

import shutil
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certs.authority import Authority, authority
from certs.leaf import Leaf, alternatives, issue, purposes
from certs.profile import Profile
from certs.signature import now
from certs.statement import alternatives_of, common_name, life_left, purposes_of
from certs.turn import turn
from operation.custodian import write_private
from operation.stack import Stack

CERTIFICATE, KEY, PROFILE = "cert.pem", "key.pem", "profile.json"
ISSUED = ".issued"

RENEWED_WITH = 1 / 3
"""Part of its life that a pair has left when it is due: enough for a month of failed renewals of 90 days."""


def ensure(stack: Stack, profile: Profile, *, renew: bool = False) -> Leaf:
    """The pair of a party: the present one while it fits and is not due, else a new one.

    A kill at any moment leaves the old pair or the new one, never half of each: the party's folder is a
    symlink. A changed `days` waits for the next renewal.

    Args:
        stack: whose pair.
        profile: what the certificate has to say.
        renew: issue a new one in any case.

    Raises:
        Failure: when the authority cannot sign.
    """
    signer = authority(stack)
    with turn(stack.make_folder("certs") / f".{profile.party}.lock"):
        kept = present(stack, profile.party, signer)
        if kept and not renew and not unfit(kept.certificate, profile, signer.issuing, now()):
            return kept
        fresh = issue(stack, profile, signer)
        _keep(stack, profile, fresh)
        return fresh


def present(stack: Stack, party: str, signer: Authority) -> Leaf | None:
    """The pair in the store, or None when there is none or its halves do not belong together."""
    folder = stack.folder / "certs" / party
    try:
        chain, key = (folder / CERTIFICATE).read_bytes(), (folder / KEY).read_bytes()
        leaf = x509.load_pem_x509_certificate(chain)
        if load_pem_private_key(key, None).public_key() != leaf.public_key():
            return None
    except (OSError, ValueError, TypeError):
        return None
    return Leaf(leaf, chain, key, signer.anchors)


def certificate(stack: Stack, party: str) -> x509.Certificate | None:
    """The leaf in the store without its key, or None when there is none."""
    try:
        return x509.load_pem_x509_certificate((stack.folder / "certs" / party / CERTIFICATE).read_bytes())
    except (OSError, ValueError):
        return None


def unfit(leaf: x509.Certificate, profile: Profile, issuing: x509.Certificate, at: datetime) -> str:
    """Why a certificate does not do for that profile any more; empty when it does."""
    rules = (
        (_issued_by(leaf, issuing), "another CA issued it"),
        (at >= leaf.not_valid_before_utc, "it is not valid yet"),
        (life_left(leaf, at) > RENEWED_WITH, "less than a third of its life is left"),
        (common_name(leaf) == profile.common_name, "its common name is another"),
        (set(purposes_of(leaf)) == set(purposes(profile)), "its purposes are others"),
        (
            set(alternatives_of(leaf)) == set(alternatives(profile)),
            "its names or addresses are others",
        ),
    )
    return next((reason for holds, reason in rules if not holds), "")


def profiles(stack: Stack) -> list[Profile]:
    """Profiles of all parties that have a pair, by name."""
    found = sorted((stack.folder / "certs").glob(f"*/{PROFILE}"))
    return [Profile.model_validate_json(path.read_text()) for path in found]


def _issued_by(leaf: x509.Certificate, issuing: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(issuing)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _keep(stack: Stack, profile: Profile, leaf: Leaf) -> None:
    """Writes the pair into a folder of its own, then moves the party's symlink there."""
    folder = stack.make_folder("certs")
    stack.make_folder("certs", ISSUED)
    fresh = stack.make_folder("certs", ISSUED, f"{profile.party}.{leaf.serial}")
    write_private(fresh / KEY, leaf.key)
    write_private(fresh / CERTIFICATE, leaf.chain)
    write_private(fresh / PROFILE, profile.model_dump_json(indent=2).encode())
    place, successor = folder / profile.party, folder / f".{profile.party}.next"
    if place.is_dir() and not place.is_symlink():  # brought back from a copy that followed the symlink
        shutil.rmtree(place)
    successor.unlink(missing_ok=True)
    successor.symlink_to(fresh.relative_to(folder))
    successor.replace(place)
    _forget(folder / ISSUED, profile.party, fresh)


def _forget(issued: Path, party: str, kept: Path) -> None:
    """Removes the party's older pairs: an old private key is of no use to us."""
    for each in issued.glob(f"{party}.*"):
        if each != kept:
            shutil.rmtree(each)

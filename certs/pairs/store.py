"""The local store of leaf pairs: `.ops/<stack>/certs/<party>/`, which Pulumi's state never sees."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certs.ca import register
from certs.ca.authority import Authority
from certs.ca.ceremony import able
from certs.ca.signature import now
from certs.pairs import place
from certs.pairs.leaf import Leaf, alternatives, issue, purposes
from certs.pairs.profile import LONGEST_PUBLIC_LIFE, Profile
from certs.pairs.statement import alternatives_of, common_name, life_left, purposes_of, serial_of
from certs.turn import turn
from operation.custodian import write_private
from operation.failure import Failure
from operation.stack import Stack

CERTIFICATE, KEY, PROFILE = "cert.pem", "key.pem", "profile.json"
NAMED = "named"
"""Folder of the pairs that `certs.issue` made: outside of the stack, and no parties of it."""

RENEWED_WITH = 1 / 3
"""Part of its life that a pair has left when it is due: enough for a month of failed renewals of 90 days."""


@dataclass(frozen=True)
class Kept:
    """A pair in the store, without its key.

    Attributes:
        profile: what was asked for.
        certificate: the leaf.
        folder: where its files are.
    """

    profile: Profile
    certificate: x509.Certificate
    folder: Path


def ensure(stack: Stack, profile: Profile, *, renew: bool = False, within: str = "") -> Leaf:
    """The pair of a party: the present one while it fits and is not due, else a new one.

    A kill at any moment leaves the old pair or the new one, never half of each: the party's folder is a
    symlink. A changed `days` or `key` waits for the next renewal. A new certificate is in the register before
    anybody can have it.

    Args:
        stack: whose pair.
        profile: what the certificate has to say.
        renew: issue a new one in any case.
        within: folder of the store, `named` for pairs that are no party's.

    Raises:
        Failure: when the authority cannot sign, or the disk is full; the old pair is then as it was.
    """
    signer = able(stack, profile)
    folder = stack.make_folder("certs", *filter(None, (within,)))
    with turn(folder / f".{profile.party}.lock"):
        kept = present(stack, profile.party, signer, within)
        if kept and not renew and not unfit(kept.certificate, profile, signer.issuing, now()):
            _note(folder, profile)
            return kept
        fresh = issue(stack, profile, signer)
        register.record(stack, register.line_of(fresh.certificate, profile.party, profile.kind))
        try:
            place.keep(folder, profile.party, fresh.serial, _files(profile, fresh))
        except OSError as error:
            raise Failure(
                f"the new pair of {profile.party} cannot be written: {error.strerror}.",
                "the old one is as it was.",
                f"make room on the disk of {folder}, then type the same command again.",
            ) from error
        return fresh


def present(stack: Stack, party: str, signer: Authority, within: str = "") -> Leaf | None:
    """The pair in the store; None when there is none, its halves do not match, or it is revoked."""
    folder = stack.folder / "certs" / within / party
    try:
        chain, key = (folder / CERTIFICATE).read_bytes(), (folder / KEY).read_bytes()
        leaf = x509.load_pem_x509_certificate(chain)
        if load_pem_private_key(key, None).public_key() != leaf.public_key():
            return None
    except (OSError, ValueError, TypeError):
        return None
    return None if register.revoked(stack, serial_of(leaf)) else Leaf(leaf, chain, key, signer.anchors)


def certificate(stack: Stack, party: str, within: str = "") -> x509.Certificate | None:
    """The leaf in the store without its key, or None when there is none."""
    try:
        path = stack.folder / "certs" / within / party / CERTIFICATE
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return None


def find(stack: Stack, name: str) -> Kept | None:
    """What the store holds under a name, a party's first; None when that is nothing."""
    for within in ("", NAMED):
        known = {each.party: each for each in profiles(stack, within)}
        leaf = certificate(stack, name, within)
        if name in known and leaf is not None:
            return Kept(known[name], leaf, stack.folder / "certs" / within / name)
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


def profiles(stack: Stack, within: str = "") -> list[Profile]:
    """Profiles of all parties, or of all in another folder of the store, that have a pair, by name."""
    found = sorted((stack.folder / "certs" / within).glob(f"*/{PROFILE}"))
    return [_read(path) for path in found]


def _read(path: Path) -> Profile:
    """A profile; one of an earlier version may ask for a longer life than such a server may have now."""
    said = json.loads(path.read_text())
    try:
        return Profile.model_validate(said)
    except Failure:
        return Profile.model_validate({**said, "days": min(said["days"], LONGEST_PUBLIC_LIFE)})


def _files(profile: Profile, leaf: Leaf) -> dict[str, bytes]:
    asked = profile.model_dump_json(indent=2).encode()
    return {KEY: leaf.key, CERTIFICATE: leaf.chain, PROFILE: asked}


def _issued_by(leaf: x509.Certificate, issuing: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(issuing)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _note(folder: Path, profile: Profile) -> None:
    """Keeps a wish that the present pair fits, and that says something new about its delivery."""
    path, content = folder / profile.party / PROFILE, profile.model_dump_json(indent=2).encode()
    if not path.exists() or path.read_bytes() != content:
        write_private(path, content)

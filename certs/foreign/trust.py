"""Whether a chain that somebody else made will be taken by clients, today and tomorrow."""

import ssl
import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from certs.ca import constraints
from certs.ca.keys import weakness
from certs.foreign.incoming import refused, roots, signed_by
from certs.pairs.statement import alternatives_of, common_name, purposes_of

BROKEN = ("md5", "sha1")
"""Hashes with which no signature counts any more; baseline requirements, section 7.1.3.2."""


def server(chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], at: datetime) -> None:
    """Goes on when clients that trust these roots would take the chain from a public server.

    Args:
        chain: leaf first.
        anchors: the roots; none: those that this host trusts.
        at: the moment to judge at (UTC).

    Raises:
        Failure: with the first reason why they would not.
    """
    leaf = chain[0]
    if signs(leaf):
        raise refused(f"{named(leaf)} is a CA, and no server's certificate", "give the server's own first")
    if not alternatives_of(leaf):
        raise refused(f"{named(leaf)} has no subjectAltName, and clients look nowhere else")
    if ExtendedKeyUsageOID.SERVER_AUTH not in purposes_of(leaf):
        raise refused(f"{named(leaf)} is not for servers (no serverAuth)")
    if isinstance(leaf.public_key(), Ed25519PublicKey):
        raise refused(f"{named(leaf)} has an Ed25519 key, which no browser takes", "use ECDSA or RSA")
    for each in chain:
        sound(each, at)
    above(chain)
    ends(chain, anchors)


def issuing(chain: Sequence[x509.Certificate], root: x509.Certificate, at: datetime) -> None:
    """Goes on when a CA can sign the certificates of a stack.

    Raises:
        Failure: with the first reason why it cannot.
    """
    first = chain[0]
    for each in (*chain, root):
        sound(each, at)
        if not signs(each):
            raise refused(f"{named(each)} is no CA: it may not sign certificates")
    if not _may_sign_lists(first):
        raise refused(f"{named(first)} may not sign revocation lists (keyUsage cRLSign)")
    if not signed_by(root, root):
        raise refused(f"{named(root)} did not sign itself", "give the root that clients trust as --root")
    strange = constraints.strange(first)
    if strange:
        raise refused(f"{named(first)} is constrained by {strange}, which not all services here know")
    above((*chain, root), below=1)
    ends(chain, [root])


def sound(each: x509.Certificate, at: datetime) -> None:
    """Goes on when one certificate is in its time, and key and signature are strong enough."""
    if at < each.not_valid_before_utc:
        raise refused(f"{named(each)} is valid only from {each.not_valid_before_utc:%Y-%m-%d}")
    if at >= each.not_valid_after_utc:
        raise refused(f"{named(each)} expired on {each.not_valid_after_utc:%Y-%m-%d}", "get a new one")
    weak = weakness(each.public_key())
    if weak:
        raise refused(f"{named(each)} has {weak}", "get one with a stronger key")
    hashed = each.signature_hash_algorithm
    if hashed is not None and hashed.name in BROKEN and not signed_by(each, each):
        raise refused(f"{named(each)} is signed with {hashed.name.upper()}, which counts no more")


def above(chain: Sequence[x509.Certificate], below: int = 0) -> None:
    """Goes on when every certificate above the first is a CA with room for the CAs below it.

    Args:
        chain: the lowest first.
        below: CAs below the second: the first, when it is one.
    """
    for depth, each in enumerate(chain[1:], below):
        if not signs(each):
            raise refused(f"{named(each)} is no CA, but a certificate below it hangs on it")
        length = each.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
        if length is not None and length < depth:
            raise refused(f"{named(each)} allows {length} CAs below it (pathlen), not {depth}")


def ends(chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate]) -> None:
    """Goes on when a trusted root signed the last certificate of a chain."""
    trusted = anchors or of_host()
    if not any(signed_by(chain[-1], each) for each in trusted):
        whom = "the roots of --root" if anchors else "any root that this host trusts"
        raise refused(
            f"no way leads from {named(chain[-1])} to {whom}: {chain[-1].issuer.rfc4514_string()} is missing",
            "add the missing intermediate to the file, or give the root that clients trust as --root",
        )


def of_host() -> list[x509.Certificate]:
    """The roots that this host trusts."""
    place = ssl.get_default_verify_paths().cafile
    with warnings.catch_warnings():  # some roots of the world have odd serial numbers
        warnings.simplefilter("ignore")
        return roots(Path(place)) if place else []


def signs(certificate: x509.Certificate) -> bool:
    """Whether it is a CA."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    return found.ca


def named(certificate: x509.Certificate) -> str:
    """A certificate in words."""
    return (
        f"the certificate of {common_name(certificate) or certificate.subject.rfc4514_string() or 'nobody'}"
    )


def _may_sign_lists(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True

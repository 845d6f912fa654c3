"""The check of a chain that a server gave us, before anything of it is kept."""

from datetime import timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certs.acme.trouble import SERVES_ON
from certs.ca.signature import now
from certs.pairs.statement import alternatives_of
from operation.failure import Failure

SKEW = timedelta(hours=1)
"""That a server's clock may be ahead of ours."""
BEGIN = b"-----BEGIN CERTIFICATE-----"
LONGEST = 10
"""Certificates of a chain; public ones have two or three."""


def check(chain: bytes, key: bytes, names: tuple[str, ...]) -> x509.Certificate:
    """The leaf of a chain that does: our key, all names, valid now, and each signed by the next.

    Raises:
        Failure: for the first thing that is wrong.
    """
    found = _parsed(chain)
    complaint = _complaint(found, key, names) if found else "it is no chain of certificates"
    if complaint:
        raise Failure(
            f"the certificate that the ACME server gave cannot be used: {complaint}.",
            SERVES_ON,
            "`invoke certs.acme` asks for another; tell the server's operator when it comes again.",
        )
    return found[0]


def _parsed(chain: bytes) -> list[x509.Certificate]:
    """All certificates, or none when one cannot be read: the library passes over one that is cut off."""
    try:
        found = x509.load_pem_x509_certificates(chain)
    except ValueError:
        return []
    return found if len(found) == chain.count(BEGIN) else []


def _complaint(chain: list[x509.Certificate], key: bytes, names: tuple[str, ...]) -> str:
    """The first thing that makes a chain unusable, or an empty string."""
    leaf = chain[0]
    said = {str(each.value).lower() for each in alternatives_of(leaf)}
    missing = sorted(set(names) - said)
    rules = (
        (len(chain) <= LONGEST, f"its chain has {len(chain)} certificates"),
        (load_pem_private_key(key, None).public_key() == leaf.public_key(), "it is for another key"),
        (not missing, f"it lacks {', '.join(missing)}"),
        (leaf.not_valid_before_utc <= now() + SKEW, f"it is valid only from {leaf.not_valid_before_utc}"),
        (now() < leaf.not_valid_after_utc, f"it has expired at {leaf.not_valid_after_utc}"),
        (_linked(chain), "its chain is broken, or in the wrong order"),
    )
    return next((words for holds, words in rules if not holds), "")


def _linked(chain: list[x509.Certificate]) -> bool:
    try:
        for lower, upper in pairwise(chain):
            lower.verify_directly_issued_by(upper)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True

"""Certificates: days left, revocation lists, and the public pair."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from infra.parties import parties
from infra.status import Status
from operation.stack import Stack

if TYPE_CHECKING:
    from cryptography import x509

DAYS_LIMIT = 1 / 6
"""Share of a certificate's life below which it is wrong that nobody has renewed it."""


def certificates(stack: Stack, status: Status) -> None:
    """Every party's certificate, the lists, and the public pair where there is one."""
    from cryptography import x509  # noqa: PLC0415

    for party in parties(stack.settings):
        path = stack.folder / "certs" / party.role / "cert.pem"
        if not path.exists():
            status.wrong.append(f"{party.role} has no certificate: `invoke up` makes it.")
            continue
        leaf = x509.load_pem_x509_certificate(path.read_bytes())
        _days(status, party.role, leaf, "certs.renew --due")
    _lists(stack, status)
    if stack.settings.certificates.foreign:
        _public(stack, status)


def _lists(stack: Stack, status: Status) -> None:
    from certs.revocation.lists import complaint  # noqa: PLC0415

    wrong = complaint(stack, datetime.now(UTC))
    if wrong:
        status.wrong.append(f"{wrong}: `invoke certs.renew --due`.")


def _public(stack: Stack, status: Status) -> None:
    from certs.foreign import public_pair  # noqa: PLC0415

    kept, remedy = public_pair.serving(stack), public_pair.remedy(stack).removeprefix("invoke ")
    if kept:
        _days(status, "public", kept, remedy)
    else:
        words = "our own CA's certificate serves the public names"
        status.wrong.append(f"{words}: `invoke {remedy}` gets another.")


def _days(status: Status, whose: str, leaf: "x509.Certificate", task: str) -> None:
    left = (leaf.not_valid_after_utc - datetime.now(UTC)).total_seconds() / 86400
    life = (leaf.not_valid_after_utc - leaf.not_valid_before_utc).total_seconds() / 86400
    status.certificates[whose] = round(left, 1)
    if left < life * DAYS_LIMIT:
        status.wrong.append(f"{whose}'s certificate has {left:.1f} days left: `invoke {task}`.")

"""Revocation on this host: a certificate is marked, and the lists that servers read are written anew."""

from cryptography import x509

from certs.ca import key_file, register
from certs.ca.keys import PrivateKey
from certs.ca.register import Entry, Reason, Revoked
from certs.ca.signature import now
from certs.pairs.statement import serial_of
from certs.pairs.store import find
from certs.revocation.lists import reissue
from certs.rotation import succession
from operation.failure import refusal
from operation.stack import Stack

CA = "ca"


def revoke(
    stack: Stack, name_or_serial: str, reason: Reason, *, root_key: PrivateKey | None = None
) -> Revoked:
    """Marks a certificate as void and writes the lists; servers refuse it once they have them.

    Args:
        stack: whose.
        name_or_serial: a party, a name of `certs.issue`, or a serial number in hexadecimal.
        reason: why.
        root_key: the root's key for an issuing CA, when it is not on this host.

    Raises:
        Failure: when there is no such certificate, or it is void already, or a list cannot be signed.
    """
    entry = _wanted(stack, name_or_serial)
    if entry.revoked:
        raise refusal(
            f"certificate {entry.issued.serial} of {entry.issued.party} is void since"
            f" {entry.revoked.at:%Y-%m-%d %H:%M} UTC ({entry.revoked.reason}).",
            remedy="nothing is to be done; `invoke certs.show` tells which certificate is good.",
        )
    line = Revoked(serial=entry.issued.serial, reason=reason, at=now())
    register.record(stack, line)
    reissue(stack, root_key=root_key)
    return line


def _wanted(stack: Stack, name_or_serial: str) -> Entry:
    """The certificate that is meant; one that is older than the register is entered first."""
    certificate, party, profile = _here(stack, name_or_serial)
    serial = serial_of(certificate) if certificate else name_or_serial.upper().replace(":", "")
    known = register.entries(stack)
    entry = known.get(serial) or known.get(serial.zfill(len(serial) + len(serial) % 2))
    if entry is None and certificate is not None:
        line = register.line_of(certificate, party, profile)
        register.record(stack, line)
        return Entry(line)
    if entry is None:
        raise refusal(
            f"stack {stack.name} has issued no certificate {name_or_serial!r}.",
            remedy="give a party, a name of `certs.issue` or a serial number; `invoke certs.show` lists all.",
        )
    return entry


def _here(stack: Stack, wanted: str) -> tuple[x509.Certificate | None, str, str]:
    """A certificate by name in the store, or a CA by its serial number."""
    kept = find(stack, wanted)
    if kept:
        return kept.certificate, kept.profile.party, kept.profile.kind
    folder = stack.folder / "certs"
    for place in (folder, *succession.retired(folder)):
        if (place / succession.PEM).exists():
            certificate, *_ = key_file.certificates(place / succession.PEM)
            if serial_of(certificate) == wanted.upper().replace(":", ""):
                return certificate, "issuing CA", CA
    return None, "", ""

"""The revocation lists of all CAs of a stack, as servers read them: `crl.pem`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certs.ca import key_file, register
from certs.ca.authority import ROOT_KEY, ROOTS_PEM, Authority, authority
from certs.ca.issuer import ISSUING_LIST, ROOT_LIST
from certs.ca.keys import PrivateKey
from certs.ca.register import Entry
from certs.ca.signature import id_of, now, pem
from certs.revocation import crl
from certs.revocation.crl import Revocation
from certs.rotation import succession, transition
from certs.turn import turn
from operation.custodian import write_private
from operation.failure import Failure
from operation.stack import Stack

BUNDLE = "crl.pem"
"""The lists of all CAs, in PEM, as HAProxy, PostgreSQL and Python read them."""

LOCK = ".crl.lock"


@dataclass(frozen=True)
class Signer:
    """A CA with its key, and the file of its list."""

    certificate: x509.Certificate
    key: PrivateKey
    list: Path


def reissue(stack: Stack, *, root_key: PrivateKey | None = None) -> Path:
    """Writes the lists of all CAs anew, each complete or as it was.

    The root's list is signed where the root's key is; elsewhere the one that is there stays.

    Args:
        stack: whose.
        root_key: the root's key, when it is not on this host.

    Returns:
        `crl.pem`.

    Raises:
        Failure: when the register is damaged, or no list of the root can be had.
    """
    signer = authority(stack)
    folder = stack.make_folder("certs")
    with turn(folder / LOCK):
        known = register.entries(stack)
        signers = _signers(stack, signer, folder)
        lists = [_renewed(stack, each, known) for each in signers]
        lists += _of_root(stack, signer, root_key, known)
        write_private(folder / BUNDLE, crl.pem(*lists, *transition.lists(folder)))
        roots = [each for each in signer.beside if each.issuer == each.subject and each != signer.root]
        write_private(folder / ROOTS_PEM, pem(signer.root, *roots))
    return folder / BUNDLE


def current(stack: Stack) -> bytes:
    """The lists as servers get them, written anew when half of their life is over.

    Returns:
        PEM; nothing where the stack's servers do not ask for lists.

    Raises:
        Failure: when the list of a CA cannot be had: servers would refuse everybody below it.
    """
    if not stack.settings.certificates.revocation:
        return b""
    if due(stack, now()) or uncovered(stack):
        reissue(stack)
    missing = uncovered(stack)
    if missing:
        raise Failure(
            f"there is no revocation list of {missing[0]}.",
            "servers that ask for one would refuse everybody; nothing was delivered.",
            "set bem:certificates.revocation to false, where the CA above the issuing one is a company's.",
        )
    return (stack.folder / "certs" / BUNDLE).read_bytes()


def due(stack: Stack, at: datetime) -> bool:
    """Whether half of the lists' life is over, or there are none: time to write them anew."""
    folder = stack.folder / "certs"
    issuing = folder / succession.PEM
    if not issuing.exists():
        return True
    found = _of(key_file.certificates(issuing)[0], crl.read(folder / ISSUING_LIST))
    if found is None or found.next_update_utc is None or not (folder / BUNDLE).exists():
        return True
    return at >= found.last_update_utc + (found.next_update_utc - found.last_update_utc) / 2


def complaint(stack: Stack, at: datetime) -> str:
    """What is wrong with the lists that servers have; empty when nothing is, or when they ask for none."""
    settings = stack.settings.certificates
    found = crl.bundle(stack.folder / "certs" / BUNDLE) if settings.revocation else []
    ends = [each.next_update_utc for each in found if each.next_update_utc is not None]
    days = (min(ends) - at) / timedelta(days=1) if ends else settings.crl_days
    if days >= settings.crl_days / 3:
        return ""
    when = f"expire in {days:.1f} days" if days > 0 else f"expired {-days:.1f} days ago"
    return f"the revocation lists {when}; without a good one every server refuses everybody"


def uncovered(stack: Stack) -> list[str]:
    """CAs of which `crl.pem` holds no list: servers that check the whole chain refuse all below them."""
    signer = authority(stack)
    lists = crl.bundle(stack.folder / "certs" / BUNDLE)
    return [
        each.subject.rfc4514_string()
        for each in (*signer.sent, signer.root)
        if not any(found.issuer == each.subject for found in lists)
    ]


def _signers(stack: Stack, signer: Authority, folder: Path) -> list[Signer]:
    """The issuing CA, and the former ones that may still have good certificates."""
    found = [Signer(signer.issuing, signer.key, folder / ISSUING_LIST)]
    for place in succession.retired(folder):
        certificate, *_ = key_file.certificates(place / succession.PEM)
        if certificate != signer.issuing and certificate.not_valid_after_utc > now():
            key = key_file.read(place / succession.KEY, key_file.passphrase_of(stack, keys_exist=True))
            found.append(Signer(certificate, key, place / ISSUING_LIST))
    return found


def _of_root(
    stack: Stack, signer: Authority, root_key: PrivateKey | None, known: dict[str, Entry]
) -> list[x509.CertificateRevocationList]:
    """The root's list, good for as long as the issuing CA: nobody brings the root's key back each month."""
    path = stack.folder / "certs" / ROOT_LIST
    if root_key is None and (path.parent / ROOT_KEY).exists():
        root_key = key_file.read(path.parent / ROOT_KEY, key_file.passphrase_of(stack, keys_exist=True))
    if root_key is not None:
        key_file.belongs(signer.root, root_key, path.parent / ROOT_KEY)
        until = signer.issuing.not_valid_after_utc
        return [_renewed(stack, Signer(signer.root, root_key, path), known, until)]
    kept = crl.read(path)
    _complete(signer.root, kept, known)
    return [kept] if kept is not None else []


def _complete(
    root: x509.Certificate, kept: x509.CertificateRevocationList | None, known: dict[str, Entry]
) -> None:
    said = {each.serial for each in crl.revocations(kept)}
    missing = [each for each in _void(root, known) if each.serial not in said]
    if missing:
        raise Failure(
            "an issuing CA is revoked, but the root's key is not on this host to say so.",
            "the register has it; servers go on trusting that CA.",
            "`invoke certs.init --root FILE` with the exported root writes the list.",
        )


def _renewed(
    stack: Stack, signer: Signer, known: dict[str, Entry], until: datetime | None = None
) -> x509.CertificateRevocationList:
    """The CA's next list, written; what an earlier one said stays, also where the register lost it."""
    at, kept = now(), _of(signer.certificate, crl.read(signer.list))
    gone = {int(serial, 16) for serial, entry in known.items() if entry.issued.not_after <= at}
    void = {each.serial: each for each in crl.revocations(kept) if each.serial not in gone}
    void |= {each.serial: each for each in _void(signer.certificate, known)}
    number = max(crl.number_of(kept) + 1, int(at.timestamp()))
    until = until or at + timedelta(days=stack.settings.certificates.crl_days)
    found = crl.built(signer.certificate, signer.key, list(void.values()), number, at, until)
    write_private(signer.list, found.public_bytes(Encoding.DER))
    return found


def _of(
    issuer: x509.Certificate, found: x509.CertificateRevocationList | None
) -> x509.CertificateRevocationList | None:
    """A list, where it is that CA's; right after a succession the file has the former CA's."""
    return found if found is not None and found.issuer == issuer.subject else None


def _void(issuer: x509.Certificate, known: dict[str, Entry]) -> list[Revocation]:
    """What is revoked of one CA's; certificates that expired of themselves are not kept on lists."""
    issuer_id = id_of(issuer).hex()
    return [
        Revocation(int(each.issued.serial, 16), each.revoked.at, x509.ReasonFlags[each.revoked.reason])
        for each in known.values()
        if each.revoked and each.issued.issuer == issuer_id and each.issued.not_after > now()
    ]

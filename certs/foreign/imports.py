"""Imports: a company's issuing CA as the stack's own, or a server's pair for the public side."""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from certs.ca import key_file
from certs.ca.authority import FILES, ISSUING_KEY, ISSUING_PEM, LOCK, ROOT_KEY, ROOT_PEM
from certs.ca.constraints import outside
from certs.ca.keys import private_pem
from certs.ca.signature import now, pem
from certs.foreign import incoming, public_pair, trust
from certs.foreign.incoming import Incoming, refused
from certs.pairs import place
from certs.pairs.statement import alternatives_of, serial_of
from certs.revocation import lists
from certs.rotation import succession
from certs.turn import turn
from infra.parties import ROLES
from operation.custodian import write_private
from operation.stack import Stack


@dataclass(frozen=True)
class Imported:
    """What was taken.

    Attributes:
        certificate: the first of its chain.
        mended: what was put right.
        missed: the platform's names that a public pair does not have.
    """

    certificate: x509.Certificate
    mended: tuple[str, ...]
    missed: tuple[str, ...] = ()


def checked_issuing(stack: Stack, came: Incoming, root: Path) -> x509.Certificate:
    """The root above a company's issuing CA that can sign a stack's certificates.

    Raises:
        Failure: when it cannot.
    """
    found = incoming.roots(root)
    if len(found) != 1:
        raise refused(f"{root} holds {len(found)} certificates", "give one file with the root alone")
    trust.issuing(came.chain, found[0], now())
    names = [x509.DNSName(each.removeprefix("*.")) for each in (*ROLES, *stack.settings.certificates.names)]
    strange = outside(came.chain[0], "", names)
    if strange:
        raise refused(f"{trust.named(came.chain[0])} may not sign for {strange}, a name of this stack")
    return found[0]


def issuing(stack: Stack, came: Incoming, root: x509.Certificate) -> Imported:
    """Takes a company's issuing CA: as a new stack's authority, or as the next one of the same root.

    Raises:
        Failure: when the stack has another root already; its parties trust that one alone.
    """
    folder = stack.make_folder("certs")
    with turn(folder / LOCK):
        succession.complete(folder)
        _same_root(folder, root)
        present = any((folder / each).exists() for each in (ROOT_KEY, ISSUING_KEY, ISSUING_PEM))
        passphrase = key_file.passphrase_of(stack, keys_exist=present)
        write_private(folder / ROOT_PEM, pem(root))
        succession.succeed(folder, pem(*came.chain), private_pem(came.key, passphrase))
    lists.reissue(stack)
    return Imported(came.chain[0], came.mended)


def checked_public(stack: Stack, came: Incoming, root: Path | None) -> Imported:
    """What a pair for the public side would be.

    Raises:
        Failure: when clients would not take it, or it is not good for the platform's first name: that is the
            name under which we look at what is shown.
    """
    if stack.settings.certificates.acme.enabled:
        raise refused(
            "ACME obtains this stack's public certificate", "set bem:certificates.acme.enabled to false first"
        )
    trust.server(came.chain, incoming.roots(root) if root else (), now())
    names = {str(each.value) for each in alternatives_of(came.chain[0]) if isinstance(each, x509.DNSName)}
    wanted = stack.settings.certificates.names
    if not _covered(wanted[0], names):
        raise refused(
            f"it is not good for {wanted[0]}, the first of bem:certificates.names",
            f"put a name first that it has ({', '.join(sorted(names)) or 'it has none'}), then import again",
        )
    return Imported(came.chain[0], came.mended, tuple(each for each in wanted if not _covered(each, names)))


def public(stack: Stack, came: Incoming, root: Path | None = None) -> None:
    """Keeps a pair for the public side, whole or not at all: `certs/public/{cert,key,root}.pem`."""
    folder, name = stack.make_folder("certs"), public_pair.PLACE
    above = {public_pair.ROOT: pem(*incoming.roots(root))} if root else {}
    files = {public_pair.KEY: private_pem(came.key), public_pair.CERTIFICATE: pem(*came.chain)}
    with turn(folder / f".{name}.lock"):
        place.keep(folder, name, serial_of(came.chain[0]), above | files)


def _same_root(folder: Path, root: x509.Certificate) -> None:
    if not any((folder / each).exists() for each in FILES if each != ROOT_PEM):
        return
    kept, *_ = key_file.certificates(folder / ROOT_PEM)
    if kept != root:
        raise refused(
            "the stack has a root of its own, and its parties trust that one alone",
            "import into a stack that was never brought up; or an issuing CA below the stack's own root",
        )


def _covered(name: str, names: set[str]) -> bool:
    """Whether a certificate with these names is good for that one; `*.` stands for one label (RFC 6125)."""
    return name in names or f"*.{name.partition('.')[2]}" in names

"""The CA that comes: made beside the present one, and put in its place."""

from datetime import datetime
from pathlib import Path

from cryptography import x509

from certs.ca import authority, ceremony, key_file, register
from certs.ca.authority import FILES, LOCK, ROOT_KEY, Authority, opened
from certs.ca.issuer import issuing_certificate
from certs.ca.keys import PrivateKey, new_key, private_pem
from certs.ca.signature import now, pem
from certs.pairs.statement import serial_of
from certs.revocation import crl, lists, revocation
from certs.rotation import succession, transition
from certs.turn import turn
from operation.custodian import write_private
from operation.stack import Stack

NEXT, FORMER = "next", "former"
"""Folders of the authority: the CA that comes, and the whole authority that goes."""


def present(stack: Stack, ca: str) -> str:
    """Serial number of the CA that serves now."""
    signer = authority.authority(stack)
    return serial_of(signer.root if ca == "root" else signer.issuing)


def prepare(stack: Stack, ca: str, root_key: PrivateKey | None = None) -> None:
    """Makes the CA that comes, once, and trusts it beside the present one.

    Args:
        stack: whose.
        ca: `issuing` or `root`.
        root_key: the root's key for an issuing CA, when it is not on this host.

    Raises:
        Failure: when the root's key is not on this host and an issuing CA is to be signed.
    """
    folder = stack.make_folder("certs")
    with turn(folder / LOCK):
        former = opened(stack, folder)
        place = stack.make_folder("certs", NEXT)
        coming = opened(stack, place) if ca == "root" else _issuing(stack, former, place, root_key)
        until = coming.issuing.not_valid_after_utc
        signed = [_list(coming.issuing, coming.key, until)]
        if ca == "root":
            signed.append(_list(coming.root, _key(stack, place / ROOT_KEY), until))
        transition.trust(folder, NEXT, (coming.root, coming.issuing), crl.pem(*signed))
    lists.reissue(stack)


def take_over(stack: Stack, ca: str) -> None:
    """Puts it in the present one's place, which stays trusted; a kill is made up for by the next look."""
    folder = stack.make_folder("certs")
    with turn(folder / LOCK):
        if ca == "issuing":
            chain, key = ((folder / NEXT / name).read_bytes() for name in (succession.PEM, succession.KEY))
            succession.succeed(folder, chain, key)
        else:
            _keep_former(stack, folder)
            (folder / NEXT).rename(folder / authority.COMING)
            authority.complete(folder)
        transition.drop(folder, NEXT)
        transition.forget(folder, NEXT)
    lists.reissue(stack)


def drop_former(stack: Stack, ca: str, former: str) -> None:
    """Trusts the former CA no more: a root is forgotten, an issuing CA stands on the root's list.

    Where the root is offline, the former issuing CA is only kept: no certificate of it is in use any more.
    """
    folder = stack.folder / "certs"
    if ca == "root":
        transition.drop(folder, FORMER)
    elif (folder / ROOT_KEY).exists() and not register.revoked(stack, former):
        revocation.revoke(stack, former, "superseded")
    lists.reissue(stack)


def _issuing(stack: Stack, former: Authority, place: Path, root_key: PrivateKey | None) -> Authority:
    """An issuing CA of the same root, in a folder of its own."""
    if not (place / succession.PEM).exists():
        root_key = root_key or ceremony.root_key_of(stack)
        key_file.belongs(former.root, root_key, stack.folder / "certs" / ROOT_KEY)
        key = new_key(stack.settings.certificates.authority_key)
        certificate = issuing_certificate(stack, key.public_key(), former.root, root_key)
        passphrase = key_file.passphrase_of(stack, keys_exist=True)
        write_private(place / succession.KEY, private_pem(key, passphrase))
        write_private(place / succession.PEM, pem(certificate))
    (certificate,) = key_file.certificates(place / succession.PEM)
    return Authority(former.root, certificate, _key(stack, place / succession.KEY))


def _keep_former(stack: Stack, folder: Path) -> None:
    """Keeps the authority that goes, until it is dropped, and trusts it on."""
    former = opened(stack, folder)
    place = stack.make_folder("certs", FORMER)
    for name in FILES:
        if (folder / name).exists():
            write_private(place / name, (folder / name).read_bytes())
    own = {each.issuer for each in transition.lists(folder)}
    kept = [each for each in crl.bundle(folder / lists.BUNDLE) if each.issuer not in own]
    transition.trust(folder, FORMER, (former.root, *former.sent), crl.pem(*kept))


def _list(issuer: x509.Certificate, key: PrivateKey, until: datetime) -> x509.CertificateRevocationList:
    return crl.built(issuer, key, [], 1, now(), until)


def _key(stack: Stack, path: Path) -> PrivateKey:
    return key_file.read(path, key_file.passphrase_of(stack, keys_exist=True))

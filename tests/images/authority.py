"""A small certificate authority for containers: a root, an issuing CA, and a folder for each party."""

import datetime as dt
import ipaddress
import os
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey
CA_USE = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
USAGES = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)


class Authority:
    """Signs leaves and lays them out as /certs of a party.

    Attributes:
        revoked: serial numbers that the next delivery's list names.
    """

    def __init__(self) -> None:
        self.revoked: list[int] = []
        self._root_key, self._key = _key(), _key()
        self._root = _signed(_name("root"), self._root_key, _name("root"), self._root_key, authority=True)
        self._issuing = _signed(_name("issuing"), self._key, _name("root"), self._root_key, authority=True)

    @property
    def trust(self) -> bytes:
        """The trust anchors: root and issuing."""
        return _pem(self._issuing) + _pem(self._root)

    @property
    def lists(self) -> bytes:
        """The revocation lists of issuing CA and root, good for an hour."""
        issuing = _list(self._issuing, self._key, self.revoked)
        return issuing + _list(self._root, self._root_key, [])

    def leaf(self, common_name: str, names: tuple[str, ...]) -> tuple[bytes, bytes]:
        """A certificate with its chain, and its key."""
        key = _key()
        certificate = _signed(_name(common_name), key, _name("issuing"), self._key, names=names)
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return _pem(certificate) + _pem(self._issuing), key.private_bytes(*form)

    def deliver(self, folder: Path, uid: int, common_name: str, names: tuple[str, ...]) -> Path:
        """Writes a new generation into a party's folder and moves `current` to it.

        Returns:
            The folder, to be mounted at /certs.
        """
        certificate, key = self.leaf(common_name, names)
        generation = folder / f"generation-{len(list(folder.glob('generation-*'))) + 1}"
        generation.mkdir(parents=True)
        pair = {"cert.pem": certificate, "key.pem": key, "pair.pem": certificate + key, "ca.pem": self.trust}
        pair["crl.pem"] = self.lists
        for name, content in pair.items():
            (generation / name).write_bytes(content)
            (generation / name).chmod(0o600)
        for path in (folder, generation, *generation.iterdir()):
            os.chown(path, uid, uid)
        fresh = folder / "fresh"
        fresh.symlink_to(generation.name)
        fresh.replace(folder / "current")
        return folder


def _ips(names: tuple[str, ...]) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Those that are addresses; pgBackRest looks for them among the names, others among the addresses."""
    found = []
    for name in names:
        with suppress(ValueError):
            found.append(ipaddress.ip_address(name))
    return found


def _key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _list(issuer: x509.Certificate, key: Key, serials: list[int]) -> bytes:
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now - dt.timedelta(minutes=1))
        .next_update(now + dt.timedelta(hours=1))
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    for serial in serials:
        revocation = x509.RevokedCertificateBuilder().serial_number(serial)
        entry = revocation.revocation_date(now - dt.timedelta(minutes=1)).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _signed(
    subject: x509.Name,
    key: Key,
    issuer: x509.Name,
    signer: Key,
    *,
    names: tuple[str, ...] = (),
    authority: bool = False,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if authority:
        builder = builder.add_extension(CA_USE, critical=True)
    if names:
        alternatives = [x509.DNSName(name) for name in names] + [x509.IPAddress(each) for each in _ips(names)]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(USAGES), critical=False)
    return builder.sign(signer, hashes.SHA256())

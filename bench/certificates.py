"""How fast leaf certificates are issued on one core, next to bare `cryptography` doing the same work."""

import ipaddress
import os
import secrets
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from bench.row import Row, Rows
from bench.series import Series
from bench.subject import Subject, positive
from certs.ca.authority import Authority, authority
from certs.pairs.leaf import issue
from certs.pairs.profile import Profile
from certs.pairs.store import ensure
from operation.progress import Progress
from operation.stack import Stack

NAMES, ADDRESSES = ("api", "localhost"), ("127.0.0.1", "::1")
DAYS = 90
PROFILE = Profile(
    party="api",
    common_name="bem_api",
    names=NAMES,
    addresses=ADDRESSES,
    server=True,
    client=True,
    uid=0,
    days=DAYS,
)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--certificates", type=positive, default=1000, help="how many in a round")
    parser.add_argument("--rounds", type=positive, default=3, help="how often, in turn with the peer")


def _measure(options: Namespace, progress: Progress) -> Rows:
    count = options.certificates
    with tempfile.TemporaryDirectory() as folder, _one_core():
        stack = Stack("bench", Path(folder), {})
        signer = authority(stack)
        ways: tuple[Callable[[], object], ...] = (lambda: issue(stack, PROFILE, signer), lambda: bare(signer))
        with progress.step(f"{count} certificates, {options.rounds} rounds"):
            ours, peer = zip(
                *[[timed(way, count, time.process_time) for way in ways] for _ in range(options.rounds)],
                strict=True,
            )
        what = f"{count} leaf certificates, P-256, one core"
        goal, other = "≤ 15 s, ≤ 2 times the peer", "bare `cryptography`, the same work"
        yield Row(what, goal, Series(ours), other, Series(peer))
        with progress.step(f"{count} certificates, registered and kept"):
            kept = timed(lambda: ensure(stack, PROFILE, renew=True), count)
        yield Row("the same, registered and kept on disk", "", Series((kept,)))


def timed(way: Callable[[], object], count: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that so many take, one after the other; by the clock of the core, others do not count."""
    started = clock()
    for _ in range(count):
        way()
    return clock() - started


def bare(signer: Authority) -> tuple[bytes, bytes]:
    """A key and a certificate that says the same as ours, without our code; chain and key in PEM."""
    key, issuer = ec.generate_private_key(ec.SECP256R1()), signer.issuing
    now, identifier = datetime.now(UTC).replace(microsecond=0), x509.SubjectKeyIdentifier.from_public_key
    names = [x509.NameAttribute(x509.NameOID.COMMON_NAME, "bem_api")]
    alternatives: list[x509.GeneralName] = [x509.DNSName(each) for each in NAMES]
    alternatives += [x509.IPAddress(ipaddress.ip_address(each)) for each in ADDRESSES]
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    above = x509.AuthorityKeyIdentifier(identifier(signer.key.public_key()).digest, None, None)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(names))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(secrets.randbits(159) | 1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(identifier(key.public_key()), critical=False)
        .add_extension(above, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(signer.key, SHA256())
    )
    chain = certificate.public_bytes(Encoding.PEM) + issuer.public_bytes(Encoding.PEM)
    return chain, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


@contextmanager
def _one_core() -> Iterator[None]:
    """Keeps this process on one core while the block runs."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


SUBJECT = Subject("certificates", "how fast leaf certificates are issued", _arguments, _measure)

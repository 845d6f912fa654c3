"""Certificates and a key that others made, as they come in files: mended where that is safe, else refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certs.ca.keys import PRIVATE_KEYS, PrivateKey
from operation.failure import Failure, refusal

MARK = b"\xef\xbb\xbf"
"""UTF-8's byte-order mark, which some editors put before the text."""

LARGEST = 1_048_576
"""Octets of one file; a chain has some thousands."""

BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)
CERTIFICATE = b"CERTIFICATE"


@dataclass(frozen=True)
class Incoming:
    """A pair in order.

    Attributes:
        chain: the key's certificate first, then each one's issuer, as far as the files have them.
        key: the private key.
        mended: what was not as it should be in the files, and was put right.
    """

    chain: tuple[x509.Certificate, ...]
    key: PrivateKey = field(repr=False)
    mended: tuple[str, ...] = ()


def read(certificates: Path, key: Path | None = None, passphrase: bytes = b"") -> Incoming:
    """Reads a pair from one file or two.

    Args:
        certificates: PEM of the certificate and those above it, in any order.
        key: PEM of the private key; None when it is in the same file.
        passphrase: of the key, when it has one.

    Raises:
        Failure: when a file cannot be read, there is not exactly one key, or it belongs to none of them.
    """
    mended: list[str] = []
    blocks = _blocks(certificates, mended)
    blocks += _blocks(key, mended) if key and key != certificates else []
    where = f"{certificates} and {key}" if key else str(certificates)
    found = _certificates(blocks, where, mended)
    private = _key(blocks, where, passphrase)
    return Incoming(_chain(found, private, where, mended), private, tuple(mended))


def roots(path: Path) -> list[x509.Certificate]:
    """The certificates of a file that has nothing else of interest, such as a company's root.

    Raises:
        Failure: when it has none.
    """
    return _certificates(_blocks(path, []), str(path), [])


def _blocks(path: Path, mended: list[str]) -> list[tuple[bytes, bytes]]:
    """Label and text of everything PEM in a file."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise refused(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > LARGEST:
        raise refused(f"{path} is larger than {LARGEST} octets, which no chain is")
    if content.startswith(MARK):
        content = content.removeprefix(MARK)
        mended.append(f"a byte-order mark at the beginning of {path.name}")
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        mended.append(f"line ends of Windows in {path.name}")
    found = [(match[1], match[0] + b"\n") for match in BLOCK.finditer(content)]
    if not found:
        raise refused(
            f"{path} holds nothing in PEM", "convert it, for example with `openssl x509 -inform der`"
        )
    return found


def _certificates(
    blocks: Sequence[tuple[bytes, bytes]], where: str, mended: list[str]
) -> list[x509.Certificate]:
    try:
        every = [x509.load_pem_x509_certificate(text) for label, text in blocks if label == CERTIFICATE]
    except ValueError as error:
        raise refused(f"a certificate in {where} cannot be read: {error}") from error
    if not every:
        raise refused(f"there is no certificate in {where}")
    found = list(dict.fromkeys(every))
    if len(found) < len(every):
        mended.append("a certificate that was there twice")
    return found


def _key(blocks: Sequence[tuple[bytes, bytes]], where: str, passphrase: bytes) -> PrivateKey:
    texts = [text for label, text in blocks if label.endswith(b"PRIVATE KEY")]
    if len(texts) != 1:
        count = len(texts) or "no"
        raise refused(f"there are {count} private keys in {where}", "give files with exactly one key")
    closed = b"ENCRYPTED" in texts[0]
    if closed and not passphrase:
        raise refused(f"the key in {where} is encrypted", "add --passphrase-file FILE")
    try:
        key = load_pem_private_key(texts[0], passphrase if closed else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        why = "the passphrase does not open it" if closed else "it is damaged"
        raise refused(f"the key in {where} cannot be read: {why}") from error
    if not isinstance(key, PRIVATE_KEYS):
        raise refused(f"the key in {where} is of a kind that servers do not take", "use ECDSA or RSA")
    return key


def _chain(
    found: Sequence[x509.Certificate], key: PrivateKey, where: str, mended: list[str]
) -> tuple[x509.Certificate, ...]:
    """From the key's own certificate upwards; a root at its end is left out, since clients have their own."""
    own = [each for each in found if each.public_key() == key.public_key()]
    if len(own) != 1:
        count = "several certificates" if own else "none of the certificates"
        raise refused(f"the key belongs to {count} in {where}", "give the certificate and the key that match")
    chain, left = [own[0]], [each for each in found if each != own[0]]
    while above := next((each for each in left if signed_by(chain[-1], each)), None):
        chain.append(above)
        left.remove(above)
    if [each for each in found if each in chain] != chain:
        mended.append("the order of the certificates")
    if len(chain) > 1 and signed_by(chain[-1], chain[-1]):
        chain.pop()
        mended.append("a root at the end of the chain, which clients have themselves")
    if left:
        mended.append(f"{len(left)} certificates that do not belong to the chain, now left out")
    return tuple(chain)


def signed_by(below: x509.Certificate, above: x509.Certificate) -> bool:
    """Whether the one signed the other."""
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def refused(what: str, remedy: str = "correct the files, then import again") -> Failure:
    """The sentence for a pair that is not taken."""
    return refusal(f"{what}.", remedy=f"{remedy}.")

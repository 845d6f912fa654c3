"""Private keys: the kinds that there are, how each is made and kept, and which are too weak."""

from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from infra.sections.certificates import KeyType

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey
PRIVATE_KEYS = (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey, ed25519.Ed25519PrivateKey)
PUBLIC_KEYS = (ec.EllipticCurvePublicKey, rsa.RSAPublicKey, ed25519.Ed25519PublicKey)

EXPONENT, RSA_BITS = 65537, 3072
WEAKEST_RSA = 2048
"""Bits of a key that others made; CA/Browser Forum baseline requirements, section 6.1.5."""

CURVES = ("secp256r1", "secp384r1", "secp521r1")
"""Elliptic curves of the same section."""

MAKERS: Mapping[KeyType, Callable[[], PrivateKey]] = {
    "ecdsa-p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "rsa-3072": lambda: rsa.generate_private_key(EXPONENT, RSA_BITS),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}


def new_key(kind: KeyType = "ecdsa-p256") -> PrivateKey:
    """A private key of that kind."""
    return MAKERS[kind]()


def kind_of(key: PublicKeyTypes | PrivateKeyTypes) -> str:
    """The kind of a key in the words of the settings, such as `ecdsa-p256`; of others its class."""
    if isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey):
        return f"ecdsa-{key.curve.name.replace('secp', 'p').removesuffix('r1')}"
    if isinstance(key, rsa.RSAPublicKey | rsa.RSAPrivateKey):
        return f"rsa-{key.key_size}"
    return type(key).__name__.lower().replace("privatekey", "").replace("publickey", "").strip("_")


def digest_for(key: PrivateKey) -> SHA256 | SHA384 | None:
    """What is hashed with before signing: as strong as the key; Ed25519 hashes by itself."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return None
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.key_size > SHA256.digest_size * 8:
        return SHA384()
    return SHA256()


def weakness(key: PublicKeyTypes) -> str:
    """Why a key that somebody else made is not good enough; empty when it is."""
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < WEAKEST_RSA:
        return f"an RSA key of {key.key_size} bits, less than {WEAKEST_RSA}"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name not in CURVES:
        return f"a key on the curve {key.curve.name}, which browsers do not take"
    return "" if isinstance(key, PUBLIC_KEYS) else f"a key of the kind {kind_of(key)}, which no server takes"


def private_pem(key: PrivateKey, passphrase: bytes = b"") -> bytes:
    """The key as PKCS8 in PEM, encrypted where there is a passphrase."""
    sealed = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed)

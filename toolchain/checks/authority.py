"""The stack's certificate authority: readable, able to sign, and how long it lives."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from operation.custodian import CA_PASSPHRASE
from operation.stack import Stack
from toolchain.checks.check import Check, healthy, unhealthy, warning

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

NAME = "certificate authority"
SOON_DAYS = 120
"""A leaf of 90 days that is issued later than that would outlive its issuer."""


def look(stack: Stack) -> list[Check]:
    """How it is; only read."""
    return [verdict(stack.folder / "certs", stack.folder / "secrets" / CA_PASSPHRASE)]


def verdict(folder: Path, passphrase: Path, now: datetime | None = None) -> Check:
    """Whether it can sign, and until when."""
    from certs.ca.authority import FILES, ISSUING_PEM, ROOT_PEM, missing  # noqa: PLC0415  # cryptography: 0.1 s

    present = frozenset(each for each in FILES if (folder / each).exists())
    if not present:
        return healthy(NAME, "none yet")
    lost = missing(present)
    if lost:
        return unhealthy(NAME, f"{lost} is gone", f"copy it back into {folder} from where you keep it")
    if not {ROOT_PEM, ISSUING_PEM} <= present:
        return warning(NAME, "its making was cut short", "`./ops up` ends it")
    try:
        lives = [_certificate(folder / each) for each in (ROOT_PEM, ISSUING_PEM)]
        _opens(folder, passphrase, lives[1])
    except (OSError, ValueError, TypeError) as error:
        found = str(error).splitlines()[0] if str(error) else type(error).__name__
        return unhealthy(NAME, found, f"copy certs and secrets back into {folder.parent}, mode 0600")
    return aged(lives[0].not_valid_after_utc, lives[1].not_valid_after_utc, now or datetime.now(UTC))


def aged(root_ends: datetime, issuing_ends: datetime, now: datetime) -> Check:
    """How long both live."""
    root, issuing = (root_ends - now).days, (issuing_ends - now).days
    found = f"root {root} days, issuing {issuing} days left"
    remedy = "make a new one as docs/operating.md says under «Keys and passphrases are gone»"
    if root >= SOON_DAYS:
        remedy = "`invoke certs.rotate --ca issuing`"
    if root_ends <= now or issuing_ends <= now:
        return unhealthy(NAME, f"expired: {found}", remedy)
    return warning(NAME, found, remedy) if min(root, issuing) < SOON_DAYS else healthy(NAME, found)


def _certificate(path: Path) -> "Certificate":
    from cryptography import x509  # noqa: PLC0415

    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as error:
        message = f"{path.name} is no certificate"
        raise ValueError(message) from error


def _opens(folder: Path, passphrase: Path, issuing: "Certificate") -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    from certs.ca.authority import ISSUING_KEY  # noqa: PLC0415

    try:
        key = load_pem_private_key(
            (folder / ISSUING_KEY).read_bytes(), passphrase.read_text().strip().encode()
        )
    except FileNotFoundError as error:
        message = f"{passphrase.name} is gone"
        raise ValueError(message) from error
    except ValueError as error:
        message = f"{passphrase.name} does not open {ISSUING_KEY}"
        raise ValueError(message) from error
    if key.public_key() != issuing.public_key():
        message = f"{ISSUING_KEY} belongs to another certificate"
        raise ValueError(message)

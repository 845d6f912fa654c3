"""age: content for the holders of keys that are not on this host, or for whoever knows a passphrase."""

import base64
import binascii
from collections.abc import Sequence

from operation.failure import refusal

BEGINS, ENDS = "-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----"
COLUMNS = 64
"""Characters of a line of armour (C2SP, age, «ASCII armor»)."""
BY_PASSPHRASE = b"\n-> scrypt "


def to_recipients(content: bytes, recipients: Sequence[str]) -> bytes:
    """The content, armoured; each of the recipients alone opens it.

    Raises:
        Failure: when one of them is no age recipient.
    """
    import pyrage  # noqa: PLC0415  # for this alone

    found = []
    for text in recipients:
        try:
            found.append(pyrage.x25519.Recipient.from_str(text))
        except pyrage.RecipientError as error:
            raise refusal(
                f"{text!r} is no age recipient.", remedy="give one as `age-keygen -y` prints it."
            ) from error
    return bytes(pyrage.encrypt(content, found, armored=True))


def to_passphrase(content: bytes, passphrase: str) -> bytes:
    """The content, armoured; the passphrase opens it."""
    import pyrage  # noqa: PLC0415

    return bytes(pyrage.passphrase.encrypt(content, passphrase, armored=True))


def by_identity(content: bytes, identity: str) -> bytes:
    """What was encrypted to a recipient.

    Args:
        content: armoured.
        identity: text of a file of `age-keygen`; its comments do not count.

    Raises:
        ValueError: when it does not open, in words of age.
    """
    import pyrage  # noqa: PLC0415

    lines = [each.strip() for each in identity.splitlines() if each.strip() and not each.startswith("#")]
    try:
        return bytes(pyrage.decrypt(content, [pyrage.x25519.Identity.from_str(each) for each in lines]))
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise ValueError(str(error)) from error


def by_passphrase(content: bytes, passphrase: str) -> bytes:
    """What was encrypted with a passphrase.

    Raises:
        ValueError: when it does not open, in words of age.
    """
    import pyrage  # noqa: PLC0415

    try:
        return bytes(pyrage.passphrase.decrypt(content, passphrase))
    except pyrage.DecryptError as error:
        raise ValueError(str(error)) from error


def wants_passphrase(content: bytes) -> bool:
    """Whether a passphrase opens it, and no identity does.

    Raises:
        ValueError: when it is no armoured age file.
    """
    return BY_PASSPHRASE in base64.b64decode(_inner(content), validate=True)


def straightened(content: bytes) -> bytes:
    """The same armour with lines as they have to be: paper, mail and editors move them.

    Raises:
        ValueError: when it is no armoured age file.
    """
    inner = _inner(content)
    lines = [inner[start : start + COLUMNS] for start in range(0, len(inner), COLUMNS)]
    return "\n".join([BEGINS, *lines, ENDS, ""]).encode()


def _inner(content: bytes) -> str:
    text = content.decode(errors="replace")
    begin, end = text.find(BEGINS), text.find(ENDS)
    if not 0 <= begin < end:
        message = "there is no armoured age file in it"
        raise ValueError(message)
    inner = "".join(text[begin + len(BEGINS) : end].split())
    try:
        base64.b64decode(inner, validate=True)
    except binascii.Error as error:
        message = "a character of it is damaged, or some are missing"
        raise ValueError(message) from error
    return inner

"""The kit as a file: compressed, encrypted to recipients or with a passphrase, armoured so that it prints."""

from dataclasses import dataclass, field

from backups.kit import parts
from backups.kit.kit import Kit, packed, unpacked
from operation import age
from operation.failure import Failure, refusal

SHORTEST_PASSPHRASE = 16
"""Characters: whoever finds the paper may guess for ten years."""
PRINTABLE = 16 * 1024
"""Bytes: four pages of 64 lines."""


@dataclass(frozen=True)
class Lock:
    """How a kit is closed: to recipients, each of whom alone opens it, or with a passphrase."""

    recipients: tuple[str, ...] = ()
    passphrase: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuses a kit that anybody could read, and one that age does not know.

        Raises:
            Failure: when there is neither or both, or the passphrase is short.
        """
        if bool(self.recipients) == bool(self.passphrase):
            raise refusal(
                "a kit is encrypted to recipients or with a passphrase.",
                remedy="give --recipient age1…, several times for several people, or --passphrase-file FILE.",
            )
        if self.passphrase and len(self.passphrase) < SHORTEST_PASSPHRASE:
            raise refusal(
                f"the passphrase has less than {SHORTEST_PASSPHRASE} characters.",
                remedy="take a longer one, or --recipient age1…",
            )


@dataclass(frozen=True)
class Opener:
    """What opens a kit; one of the two.

    Attributes:
        identity: text of a file of `age-keygen`.
        passphrase: that it was closed with.
    """

    identity: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)


def sealed(kit: Kit, lock: Lock) -> bytes:
    """The kit's file.

    Raises:
        Failure: when a recipient is none.
    """
    if lock.passphrase:
        return age.to_passphrase(packed(kit), lock.passphrase)
    return age.to_recipients(packed(kit), lock.recipients)


def wants_passphrase(content: bytes, name: str) -> bool:
    """Whether a passphrase opens that file.

    Raises:
        Failure: when it is no armoured age file.
    """
    try:
        return age.wants_passphrase(content)
    except ValueError as error:
        raise shut(name, str(error)) from error


def opened(content: bytes, opener: Opener, name: str) -> Kit:
    """The kit in a file.

    Args:
        content: the file's; spaces and line ends do not matter.
        opener: identity or passphrase.
        name: of the file, for messages.

    Raises:
        Failure: when it does not open, is damaged, or holds no kit.
    """
    try:
        whole = age.straightened(content)
        if opener.passphrase:
            kit = unpacked(age.by_passphrase(whole, opener.passphrase))
        else:
            kit = unpacked(age.by_identity(whole, opener.identity))
        parts.checked(kit.parts)
    except ValueError as error:
        raise shut(name, plain(str(error))) from error
    return kit


def plain(words: str) -> str:
    """What age said, in words for a person; pure."""
    if "No matching keys" in words:
        return "it was not encrypted to that identity"
    if "Decryption failed" in words:
        return "that is not its passphrase, or it is damaged"
    if words == "decryption error" or "MAC is invalid" in words or "Unknown age format" in words:
        return "it is damaged: something in it is not as it was written"
    return words.splitlines()[0] if words else "it does not open"


def shut(name: str, why: str) -> Failure:
    """The sentence for a kit that is of no use."""
    return refusal(
        f"the recovery kit {name} cannot be used: {why}.",
        remedy="give another copy of it, with the --identity or the --passphrase-file that belong to it.",
    )

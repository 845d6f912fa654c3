"""The journal of a rotation: both passphrases of each repository until only the next one is needed."""

from datetime import UTC, datetime
from enum import StrEnum

from pydantic import BaseModel, Field, ValidationError

from backups.engine import REPOSITORIES
from operation import custodian
from operation.custodian import write_private
from operation.failure import Failure, refusal
from operation.progress import Progress
from operation.stack import Stack

FILE = "passphrase.json"
CIPHERS = {1: custodian.CIPHER_LOCAL, 2: custodian.CIPHER_S3}
"""The secret of each repository, by pgBackRest's number."""
GO_ON = "`invoke backup.passphrase` goes on with it."


class Phase(StrEnum):
    """What was under way; until `FILES` both passphrases open the repositories, after that only the next."""

    COPIES = "copies"
    DATABASE = "database"
    FILES = "files"
    PROOF = "proof"


class Rotation(BaseModel):
    """What the file says.

    Attributes:
        since: when it was begun (UTC).
        phase: the one that was begun last.
        former: the passphrase that was, by number of the repository.
        next: the one that takes its place.
        vault_in_order: no key of the vault was gone before, so what the rotation overwrites is all its own.
    """

    since: datetime
    phase: Phase = Phase.COPIES
    former: dict[int, str] = Field(repr=False)
    next: dict[int, str] = Field(repr=False)
    vault_in_order: bool = True

    @property
    def names(self) -> str:
        """The repositories, as a person calls them."""
        return " and ".join(REPOSITORIES[each] for each in self.next)

    @property
    def sentence(self) -> str:
        """That it is under way, for whoever comes across it."""
        since = self.since.isoformat(sep=" ", timespec="seconds")
        return f"the passphrase of {self.names} is being changed since {since} (at «{self.phase}»)"


def under_way(stack: Stack) -> Rotation | None:
    """The rotation that has begun and not ended.

    Raises:
        Failure: when the journal is damaged.
    """
    path = stack.folder / FILE
    try:
        return Rotation.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise Failure(
            f"{path} cannot be understood.",
            "it may hold the only passphrase that opens the backups.",
            "bring it back from a copy of the folder; do not remove it.",
        ) from error


def begin(stack: Stack, numbers: list[int], *, vault_in_order: bool) -> Rotation:
    """Makes the next passphrases and keeps them beside the former ones; nothing else is changed."""
    rotation = Rotation(
        since=datetime.now(UTC),
        former={each: custodian.secret(stack, CIPHERS[each]) for each in numbers},
        next={each: custodian.random() for each in numbers},
        vault_in_order=vault_in_order,
    )
    return write(stack, rotation)


def write(stack: Stack, rotation: Rotation) -> Rotation:
    """Makes the journal durable before the step that it names."""
    write_private(stack.make_folder() / FILE, rotation.model_dump_json(indent=1).encode())
    return rotation


def at(stack: Stack, rotation: Rotation, phase: Phase) -> Rotation:
    """The same rotation, further on, and written down so."""
    return write(stack, rotation.model_copy(update={"phase": phase}))


def clear(stack: Stack) -> None:
    """The rotation has ended: the former passphrases are let go."""
    (stack.folder / FILE).unlink(missing_ok=True)


def remind(stack: Stack, progress: Progress) -> None:
    """Says that a rotation is under way: what else is done meanwhile does no harm, and does not end it."""
    rotation = under_way(stack)
    if rotation is not None:
        progress.say(f"! {rotation.sentence}; {GO_ON}")


def refuse_under_way(stack: Stack) -> None:
    """Goes on where no rotation is under way.

    Raises:
        Failure: when one is: a kit of now would hold a passphrase that soon opens nothing.
    """
    rotation = under_way(stack)
    if rotation is not None:
        raise refusal(f"{rotation.sentence}.", "a kit made now would soon open nothing.", GO_ON)

"""The keys of S3: those that the stack's own store made, or those that were given for one elsewhere."""

import getpass
import sys
from dataclasses import dataclass, field

from certs.ca.secret_file import secret
from operation import custodian
from operation.failure import Failure, refusal
from operation.stack import Stack

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Keys:
    """An access key with its secret; the secret is never shown."""

    access: str
    secret: str = field(repr=False)


def keys_of(stack: Stack) -> Keys:
    """The keys that the stack's backups use; its own store's are made at first use.

    Raises:
        Failure: when those of S3 elsewhere were not given.
    """
    settings = stack.settings.object_store
    if not settings.outside:
        return Keys(
            custodian.secret(stack, custodian.S3_ACCESS_KEY), custodian.secret(stack, custodian.S3_SECRET_KEY)
        )
    found = kept(stack)
    if found is None:
        raise Failure(
            f"the keys of S3 at {settings.endpoint} are not on this host.",
            "no backup can be written or read there.",
            f"invoke backup.endpoint --to {settings.endpoint} --keys-file FILE",
        )
    return found


def kept(stack: Stack) -> Keys | None:
    """The keys of S3 elsewhere; None when they were not given."""
    names = (custodian.OUTSIDE_ACCESS_KEY, custodian.OUTSIDE_SECRET_KEY)
    paths = [stack.folder / custodian.FOLDER / name for name in names]
    if not all(path.exists() for path in paths):
        return None
    return Keys(*(path.read_text().strip() for path in paths))


def keep(stack: Stack, given: Keys) -> None:
    """Keeps the keys of S3 elsewhere, in the place of those before."""
    pairs = ((custodian.OUTSIDE_ACCESS_KEY, given.access), (custodian.OUTSIDE_SECRET_KEY, given.secret))
    for name, value in pairs:
        custodian.write_private(custodian.secret_path(stack, name), f"{value}\n".encode())


def typed(file: str) -> Keys | None:
    """The keys of a file, of standard input for `-`, or of a person at the terminal; None when nobody says.

    Raises:
        Failure: when there are not two.
    """
    if file == STANDARD_INPUT:
        return parsed(sys.stdin.read())
    if file:
        return parsed(secret(file).decode(errors="replace"))
    if sys.stdin.isatty():
        return Keys(input("Access key: ").strip(), getpass.getpass("Secret key: ").strip())
    return None


def parsed(text: str) -> Keys:
    """An access key and its secret, a word each.

    Raises:
        Failure: when there are not two words.
    """
    words = text.split()
    if len(words) != len(("access", "secret")):
        raise refusal(
            f"the keys of S3 are two words, and there are {len(words)}.",
            remedy="write the access key into the first line, its secret into the second, and nothing else.",
        )
    return Keys(*words)

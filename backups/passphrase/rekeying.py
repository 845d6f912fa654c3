"""The four files of a repository that its passphrase encrypts: looked into, and encrypted anew."""

from enum import StrEnum
from typing import Any

from backups.engine import REPOSITORIES
from operation.containers import Output
from operation.exec_feed import feed
from operation.failure import Failure, refusal

UNKNOWN = 3
"""The script's exit status where neither passphrase opens a file or its copy."""
ABSENT = {126, 127}
"""Exit statuses of Docker where a container lacks the program."""


class Opens(StrEnum):
    """Which passphrase opens a file."""

    FORMER = "former"
    NEXT = "next"
    NONE = "none"


Opened = dict[str, Opens]
"""By name of the file, as `archive/bem/archive.info.copy`."""


def look(target: Any, stanza: str, repository: int, former: str, following: str = "") -> Opened:
    """Says which passphrase opens each file; changes nothing.

    Raises:
        Failure: when the repository does not answer.
    """
    return _rekey(target, "look", stanza, repository, (former, following))


def encrypt_copies(target: Any, stanza: str, repository: int, former: str, following: str) -> Opened:
    """Encrypts the copies with the next passphrase; both open the repository then.

    Raises:
        Failure: when neither opens it, or it does not answer.
    """
    return _rekey(target, "copies", stanza, repository, (former, following))


def encrypt_all(target: Any, stanza: str, repository: int, former: str, following: str) -> Opened:
    """Encrypts the files themselves, too; only the next passphrase opens the repository then.

    Raises:
        Failure: when neither opens it, or it does not answer.
    """
    return _rekey(target, "all", stanza, repository, (former, following))


def _rekey(target: Any, what: str, stanza: str, repository: int, passphrases: tuple[str, str]) -> Opened:
    """By standard input: neither a command line nor Docker's record of it shows a passphrase."""
    argv = ["rekey", what, stanza, str(repository)]
    given = "".join(f"{each}\n" for each in passphrases).encode()
    return answer(REPOSITORIES[repository], feed(target, argv, [given]))


def answer(name: str, output: Output) -> Opened:
    """What the script gave; pure.

    Raises:
        Failure: when it failed.
    """
    if output.status in ABSENT:
        raise Failure(
            "the database that runs is older than this program and cannot change passphrases.",
            "nothing was changed.",
            "`invoke up` brings it up to date; then type the same command again.",
        )
    if output.status == UNKNOWN:
        raise refusal(
            f"no known passphrase opens repository {name}.",
            "its files were not touched.",
            "`invoke backup.list` shows whether it can be read; a lost one is made anew by `invoke up`.",
        )
    if output.status != 0:
        words = (output.stderr or output.stdout).strip()[-300:]
        raise Failure(
            f"the passphrase of repository {name} cannot be looked at or changed: {words}",
            "what was there opens it still.",
            "`invoke status` says whether it answers; then the same command, or --repo with the other one.",
        )
    return {file: Opens(word) for file, word in map(str.split, output.stdout.splitlines())}

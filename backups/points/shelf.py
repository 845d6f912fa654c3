"""Where points lie in a repository: beside the database's backups, so they outlive what those outlive.

pgBackRest itself puts, gets, lists and removes them, so each repository's place and keys are said once. It is
told to write them as they come (`--raw`): they are encrypted before, to a key that the database's container
does not have.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from backups.engine import REPOSITORIES
from backups.points.point import NAME
from operation.age_stream import decrypted, encrypted, new_identity
from operation.containers import execute, required
from operation.custodian import POINTS_KEY, secret
from operation.exec_feed import feed, output_of
from operation.failure import Failure
from operation.stack import Stack

FOLDER = "points"
MANIFEST = "manifest"
"""Written last: a point without it was interrupted."""
SUFFIX = ".age"


def key(stack: Stack) -> str:
    """The stack's key for points, made at first use; the recovery kit holds it."""
    return secret(stack, POINTS_KEY, new_identity)


def command(repository: int, *words: str) -> list[str]:
    """One of pgBackRest's commands on a repository's files; pure."""
    return ["pgbackrest", f"--repo={repository}", "--log-level-console=error", *words]


def path(point: str, part: str) -> str:
    """Where a part of a point lies in the repository; pure."""
    return f"{FOLDER}/{point}/{part}{SUFFIX}"


def put(  # where, what and its bytes
    stack: Stack, target: Any, repository: int, point: str, part: str, pieces: Iterable[bytes]
) -> None:
    """Writes a part, encrypted on the way.

    Args:
        stack: whose key.
        target: a container of the database's image that may write the repository.
        repository: pgBackRest's number.
        point: name of the point.
        part: name of the part.
        pieces: its content.

    Raises:
        Failure: when it is not written, or the content breaks off.
    """
    sealed = encrypted(pieces, key(stack))
    output = feed(target, command(repository, "--raw", "repo-put", path(point, part)), sealed)
    required(output, f"writing {part} of {point} into {REPOSITORIES[repository]}")


def get(stack: Stack, target: Any, repository: int, point: str, part: str) -> Iterator[bytes]:
    """The content of a part, decrypted.

    Raises:
        Failure: when it is not there, was changed, or the stack's key does not open it.
    """
    what = f"reading {part} of {point} from {REPOSITORIES[repository]}"
    argv = command(repository, "--raw", "repo-get", path(point, part))
    try:
        yield from decrypted(output_of(target, argv, what), key(stack))
    except ValueError as error:
        raise Failure(f"{what} failed: {error}.") from error


def listed(target: Any, repository: int) -> dict[str, set[str]]:
    """Names of the points in a repository, each with its parts; one without a manifest was interrupted.

    Raises:
        Failure: when the repository does not answer.
    """
    argv = command(repository, "--recurse", "--output=json", "repo-ls", FOLDER)
    text = required(execute(target, argv), f"listing the points in {REPOSITORIES[repository]}")
    return parse(text)


def parse(text: str) -> dict[str, set[str]]:
    """The points in what `repo-ls` printed; pure."""
    found: dict[str, set[str]] = {}
    for name, facts in json.loads(text).items():
        point, _, file = name.partition("/")
        if facts["type"] == "file" and NAME.fullmatch(point) and file.endswith(SUFFIX):
            found.setdefault(point, set()).add(file.removesuffix(SUFFIX))
    return found


def remove(target: Any, repository: int, points: Sequence[str]) -> None:
    """Removes points for good, where the bucket is locked under its lock; a missing one is no error.

    The manifest goes first: what a kill leaves is then no point any more.

    Raises:
        Failure: when the repository refuses.
    """
    for point in points:
        for words in ((path(point, MANIFEST),), ("--recurse", f"{FOLDER}/{point}")):
            output = execute(target, command(repository, *words[:-1], "repo-rm", words[-1]))
            required(output, f"removing {point} from {REPOSITORIES[repository]}")

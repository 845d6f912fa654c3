"""Major versions: which there are, and what the stanza of each is called."""

import re
from typing import get_args

from infra.sections.database import Release
from operation.failure import refusal

RELEASES: tuple[int, ...] = get_args(Release)


def wished(typed: str, present: int) -> int:
    """The version that was asked for; the next one that there is when nothing was; pure.

    Args:
        typed: what a person typed, or nothing.
        present: the version that serves.

    Raises:
        Failure: when there is no such version, or it is not a later one.
    """
    later = [each for each in RELEASES if each > present]
    known = ", ".join(map(str, RELEASES))
    if not typed:
        if not later:
            raise refusal(f"PostgreSQL {present} serves, and no later one is known here: {known}.")
        return later[0]
    if not typed.isdecimal() or int(typed) not in RELEASES:
        raise refusal(f"{typed!r} is no major version that is known here.", remedy=f"use one of: {known}.")
    version = int(typed)
    if version < present:
        raise refusal(
            f"PostgreSQL {present} serves, and {version} is earlier: it cannot read what that has written.",
            remedy="`invoke restore.undo` goes back to a volume from before an upgrade.",
        )
    return version


def stanza_of(stanza: str, version: int) -> str:
    """What the stanza of another major version is called: `bem` and `bem-17` become `bem-18`; pure.

    Each version has its own: a stanza that was upgraded takes nothing from the old cluster any more, and the
    way back would be barred (pgBackRest's error 103).
    """
    return f"{re.sub(r'-[0-9]+$', '', stanza)}-{version}"

"""Pruning: pairs on this host that are of no use any more."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from certs.ca import key_file
from certs.pairs import place, store
from certs.rotation import succession
from certs.turn import turn
from infra.parties import parties
from operation.stack import Stack


@dataclass(frozen=True)
class Useless:
    """Something to remove.

    Attributes:
        name: whose pair.
        why: in words.
        path: folder of its files.
        lock: whose turn keeps others from writing there.
        link: the name that means it; None when none does.
    """

    name: str
    why: str
    path: Path
    lock: Path
    link: Path | None = None


def useless(stack: Stack, at: datetime) -> list[Useless]:
    """What an interruption left, pairs that expired and are nobody's to renew, and former CAs that expired.

    Args:
        stack: whose store.
        at: the moment to judge at (UTC).
    """
    folder = stack.folder / "certs"
    return [
        *_superseded(folder),
        *_superseded(folder / store.NAMED),
        *_expired(stack, at),
        *_former(folder, at),
    ]


def remove(each: Useless) -> None:
    """Removes it, name first, so that nobody finds half a pair."""
    with turn(each.lock):
        if each.link:
            each.link.unlink(missing_ok=True)
        shutil.rmtree(each.path, ignore_errors=True)


def _superseded(folder: Path) -> Iterator[Useless]:
    for path in sorted((folder / place.ISSUED).glob("*.*")):
        name = path.name.rpartition(".")[0]
        if (folder / name).resolve() != path.resolve():
            yield Useless(name, "superseded", path, folder / f".{name}.lock")


def _expired(stack: Stack, at: datetime) -> Iterator[Useless]:
    """A party's own expired pair stays: `certs.renew` replaces it."""
    living = {each.role for each in parties(stack.settings)}
    for within in ("", store.NAMED):
        folder = stack.folder / "certs" / within
        for profile in store.profiles(stack, within):
            kept = store.certificate(stack, profile.party, within)
            if kept and kept.not_valid_after_utc <= at and (within or profile.party not in living):
                link = folder / profile.party
                why = f"expired on {kept.not_valid_after_utc:%Y-%m-%d}"
                yield Useless(profile.party, why, link.resolve(), folder / f".{profile.party}.lock", link)


def _former(folder: Path, at: datetime) -> Iterator[Useless]:
    for path in succession.retired(folder):
        certificate, *_ = key_file.certificates(path / succession.PEM)
        if certificate.not_valid_after_utc <= at:
            why = f"a former issuing CA that expired on {certificate.not_valid_after_utc:%Y-%m-%d}"
            yield Useless("issuing CA", why, path, folder / ".crl.lock")

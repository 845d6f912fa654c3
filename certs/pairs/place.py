"""A place for a pair: a name that is a symlink to a folder of files, moved as a whole."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from operation.custodian import write_private

ISSUED = ".issued"


def keep(folder: Path, name: str, serial: str, files: Mapping[str, bytes]) -> None:
    """Writes files into a folder of their own, then moves the name there; what it meant before is removed.

    A kill at any moment leaves the old files or the new ones under the name, never some of each.

    Args:
        folder: where the name is.
        name: of the symlink.
        serial: tells this pair from the one before.
        files: names and contents, in the order in which they are written.
    """
    issued = folder / ISSUED
    fresh = issued / f"{name}.{serial}"
    for each in (issued, fresh):
        each.mkdir(mode=0o700, exist_ok=True)
    for file, content in files.items():
        write_private(fresh / file, content)
    place, successor = folder / name, folder / f".{name}.next"
    if place.is_dir() and not place.is_symlink():  # brought back from a copy that followed the symlink
        shutil.rmtree(place)
    successor.unlink(missing_ok=True)
    successor.symlink_to(fresh.relative_to(folder))
    successor.replace(place)
    for each in leftovers(folder, name):
        shutil.rmtree(each)


def leftovers(folder: Path, name: str) -> list[Path]:
    """Folders of pairs that the name means no more: an old private key is of no use to us."""
    kept = (folder / name).resolve()
    return sorted(each for each in (folder / ISSUED).glob(f"{name}.*") if each.resolve() != kept)

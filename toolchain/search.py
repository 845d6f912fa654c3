"""Programs of the host, as if nothing of ours were on PATH."""

import os
import shutil
from pathlib import Path

from operation.stack import ROOT
from toolchain import cache

OURS = ROOT / ".ops" / "standins"


def foreign(path: str, ours: tuple[Path, ...]) -> str:
    """A PATH without our folders and what is in them."""
    kept = [
        folder
        for folder in path.split(":")
        if folder and not any(Path(folder).is_relative_to(own) for own in ours)
    ]
    return ":".join(kept)


def program(name: str, *first: Path) -> Path | None:
    """The host's own program of that name: in those folders, else on PATH."""
    folders = [*map(str, first), foreign(os.environ.get("PATH", ""), (cache.folder(), OURS))]
    found = shutil.which(name, path=":".join(folders))
    return Path(found) if found else None

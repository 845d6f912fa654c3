"""What the builder of an image is given: files of several folders side by side, under `.ops/build`."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from operation.stack import Stack

LEFT_OUT = {"__pycache__", ".mypy_cache", ".ruff_cache"}


def staged(stack: Stack, role: str, parts: Mapping[str, Path]) -> Path:
    """Lays the parts out and gives the folder; what is there already and the same stays as it is.

    Args:
        stack: whose checkout it is.
        role: the image.
        parts: place in the context to file or folder; the place `.` is the context itself.
    """
    context = stack.root / ".ops" / "build" / role
    wanted = {
        context / place / name: source for place, part in parts.items() for name, source in _files(part)
    }
    for target, source in wanted.items():
        _copied(source, target)
    for stale in [path for path in context.rglob("*") if path.is_file() and path not in wanted]:
        if not _being_written(stale):
            stale.unlink(missing_ok=True)
    return context


def _files(part: Path) -> list[tuple[Path, Path]]:
    if part.is_file():
        return [(Path(part.name), part)]
    return [
        (path.relative_to(part), path)
        for path in sorted(part.rglob("*"))
        if path.is_file() and not LEFT_OUT.intersection(path.parts)
    ]


def _being_written(path: Path) -> bool:
    """Two stacks of one checkout may lay out the same context at once."""
    return path.name.startswith(".") and path.name.endswith(".new")


def _copied(source: Path, target: Path) -> None:
    if target.exists() and target.stat().st_size == source.stat().st_size and _same_time(source, target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.new")
    shutil.copy2(source, temporary)
    temporary.replace(target)


def _same_time(source: Path, target: Path) -> bool:
    return int(source.stat().st_mtime) == int(target.stat().st_mtime)

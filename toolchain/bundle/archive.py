"""Writing archives: the same content gives the same bytes, and a file has its name only when it is whole."""

import gzip
import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

from operation.failure import refusal
from toolchain.bundle.manifest import CHUNK, NAME, SUM, Manifest

LEVEL = 1
"""Of gzip: programs and images shrink to nearly as little as with the best, in a quarter of the time."""


def entry(name: str, size: int, mode: int = 0o644) -> tarfile.TarInfo:
    """A member without anything that differs from host to host."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, mode
    return info


def pack_tree(root: Path, files: Iterable[Path], target: Path) -> None:
    """Packs programs into a compressed archive, in order; of their modes only "executable" is kept."""
    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as out,
        tarfile.open(fileobj=out, mode="w|", format=tarfile.GNU_FORMAT) as archive,
    ):
        for path in sorted(files):
            mode = 0o755 if os.access(path, os.X_OK) else 0o644
            with path.open("rb") as content:
                archive.addfile(entry(str(path.relative_to(root)), path.stat().st_size, mode), content)


def compress(source: IO[bytes], target: Path, say: Callable[[str], None]) -> None:
    """Compresses a stream into a file."""
    total = 0
    with target.open("wb") as raw, gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as out:
        while chunk := source.read(CHUNK):
            out.write(chunk)
            total += len(chunk)
            say(f"{total // 1_000_000} MB read, {raw.tell() // 1_000_000} MB written")


def write(manifest: Manifest, folder: Path, target: Path, *, force: bool) -> str:
    """Writes the bundle: manifest first, then its members in the order of their names.

    Returns:
        the SHA-256 of the whole file.

    Raises:
        Failure: when the file is there and may not be replaced.
    """
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            _write(manifest, folder, out)
            out.flush()
            os.fsync(out.fileno())
        with Path(temporary).open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        Path(temporary).chmod(0o644)
        _name(Path(temporary), target, force=force)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return digest


def refuse_existing(target: Path) -> None:
    """Nothing is overwritten unasked.

    Raises:
        Failure: when the file is there, or its folder is not.
    """
    if not target.parent.is_dir():
        raise refusal(f"there is no folder {target.parent}.", remedy="make it, or name another file.")
    if target.exists():
        raise refusal(f"{target} is there already.", remedy="name another file, or give --force.")


def _write(manifest: Manifest, folder: Path, out: IO[bytes]) -> None:
    text = manifest.text().encode()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in ((NAME, text), (SUM, hashlib.sha256(text).hexdigest().encode() + b"\n")):
            archive.addfile(entry(name, len(content)), io.BytesIO(content))
        for name in sorted(manifest.members):
            with (folder / name).open("rb") as file:
                archive.addfile(entry(name, manifest.members[name].size), file)


def _name(temporary: Path, target: Path, *, force: bool) -> None:
    if force:
        temporary.replace(target)
        return
    try:
        os.link(temporary, target)
    except FileExistsError:
        refuse_existing(target)

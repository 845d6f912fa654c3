"""The files that a Docker build sees, and a digest of them that changes when any of them does."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from toolchain.provider import docker_sdk


@dataclass(frozen=True)
class BuildContext:
    """Where a build's files lie, relative to the program's directory as the official provider has it.

    Attributes:
        directory: the context.
        dockerfile: the Dockerfile, inside the context or not.
    """

    directory: Path
    dockerfile: Path

    def missing(self) -> str | None:
        """What is not there, in words; None when all is there."""
        if not self.directory.is_dir():
            return f"context {self.directory} is not a directory (relative paths start at {Path.cwd()})"
        if self.dockerfile.is_file():
            return None
        inside = self.directory / self.dockerfile
        hint = f": try dockerfile={str(inside)!r}" if inside.is_file() else ""
        return f"Dockerfile {self.dockerfile} is not there (relative paths start at {Path.cwd()}){hint}"

    def digest(self) -> str:
        """SHA-256 over names, modes and contents of the Dockerfile and of all files that are not ignored."""
        total = hashlib.sha256(_fingerprint(self.dockerfile, "Dockerfile", with_mode=False))
        for name in self.files():
            total.update(_fingerprint(self.directory / name, name, with_mode=True))
        return total.hexdigest()

    def files(self) -> Iterator[str]:
        """Names of the files that the build sees, in order, as .dockerignore leaves them."""
        relative = os.path.relpath(self.dockerfile, self.directory)
        seen = docker_sdk.exclude_paths(str(self.directory), self._ignored(), dockerfile=relative)
        for name in sorted(seen):
            path = self.directory / name
            if path.is_symlink() or path.is_file():
                yield name

    def _ignored(self) -> list[str]:
        listed = self.directory / ".dockerignore"
        lines = listed.read_text().splitlines() if listed.is_file() else []
        return [line for line in map(str.strip, lines) if line and not line.startswith("#")]


def _fingerprint(path: Path, name: str, *, with_mode: bool) -> bytes:
    """A symbolic link in the context counts as where it points; the Dockerfile as what it says."""
    mode = stat.S_IMODE(path.lstat().st_mode) if with_mode else 0
    if with_mode and path.is_symlink():
        digest = hashlib.sha256(b"link " + os.fsencode(path.readlink()))
    else:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    return os.fsencode(f"{name}\0{mode:o}\0{digest.hexdigest()}\0")

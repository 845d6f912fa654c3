"""Opening a bundle: every byte is verified before anything is touched. Only the standard library."""

import hashlib
import platform
import shutil
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from toolchain.bundle import manifest
from toolchain.bundle.manifest import CHUNK, Manifest, Member
from toolchain.version import PULUMI

REFUSED = 2


class Refused(Exception):  # noqa: N818  # operation.failure needs more than the standard library
    """A bundle that is not used: why, and what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(f"{why}\n  this means: nothing was changed.\n  do: {remedy}")


def verified(file: Path) -> Manifest:
    """Reads a whole bundle, and gives its manifest when every member is what it says.

    Raises:
        Refused: when it is damaged, cut short, or no bundle at all.
    """
    remedy = "copy it again, and compare the sum that `./ops setup --offline-bundle` said with `sha256sum`."
    try:
        with tarfile.open(file, "r:") as archive:
            return _verified(archive)
    except FileNotFoundError as error:
        raise Refused(f"there is no file {file}.", "name the bundle's file.") from error
    except (OSError, EOFError, tarfile.TarError, ValueError) as error:
        raise Refused(f"{file} is damaged, or no bundle: {error}.", remedy) from error


def _verified(archive: tarfile.TarFile) -> Manifest:
    text = _read(archive, archive.next(), manifest.NAME)
    if hashlib.sha256(text).hexdigest() != _read(archive, archive.next(), manifest.SUM).decode().strip():
        message = "its manifest is not the one that was written"
        raise ValueError(message)
    listed, seen = manifest.parse(text.decode()), set()
    while (entry := archive.next()) is not None:
        _check(archive, entry, listed.members.get(entry.name))
        seen.add(entry.name)
    lacking = sorted(listed.members.keys() - seen)
    if lacking:
        message = f"{lacking[0]} is missing"
        raise ValueError(message)
    return listed


def _read(archive: tarfile.TarFile, entry: tarfile.TarInfo | None, name: str) -> bytes:
    stream = archive.extractfile(entry) if entry and entry.name == name and entry.isreg() else None
    if stream is None:
        message = f"{name} is not where it belongs"
        raise ValueError(message)
    return stream.read()


def _check(archive: tarfile.TarFile, entry: tarfile.TarInfo, listed: Member | None) -> None:
    stream = archive.extractfile(entry) if entry.isreg() else None
    if listed is None or stream is None or not _safe(entry.name):
        message = f"{entry.name} does not belong in it"
        raise ValueError(message)
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    if entry.size != listed.size or digest.hexdigest() != listed.sha256:
        message = f"{entry.name} is not what was packed"
        raise ValueError(message)


def _safe(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def misfit(found: Manifest, requirements: str, machine: str) -> str:
    """Why a bundle does not fit this checkout or this host; empty when it does.

    Args:
        found: its manifest.
        requirements: SHA-256 of the checkout's requirements.txt.
        machine: as `uname -m` has it.
    """
    rules = (
        (found.requirements == requirements, "its Python packages are for another state of this checkout"),
        (found.pulumi == PULUMI, f"its Pulumi CLI is {found.pulumi}, and this checkout wants {PULUMI}"),
        (found.machine == machine, f"it was packed on {found.machine}, and this host is {machine}"),
    )
    return "; ".join(reason for holds, reason in rules if not holds)


def open_bundle(file: Path, folder: Path, root: Path) -> Manifest:
    """Verifies a bundle, and lays it out in a folder that is made anew.

    Raises:
        Refused: when it is damaged, or not for this checkout or host.
    """
    found = verified(file)
    wrong = misfit(found, manifest.of_file(root / "requirements.txt").sha256, platform.machine())
    if wrong:
        raise Refused(f"{file} does not fit: {wrong}.", "pack it anew, from this commit, on such a host.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    lay_out(file, folder)
    return found


def lay_out(file: Path, folder: Path) -> None:
    """Writes the files of an archive into a folder; what is no plain file, or lies outside, is left out."""
    with tarfile.open(file) as archive:
        for entry in archive:
            content = archive.extractfile(entry) if entry.isreg() and _safe(entry.name) else None
            if content is not None:
                path = folder / entry.name
                path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
                with path.open("wb") as target:
                    shutil.copyfileobj(content, target, CHUNK)
                path.chmod(entry.mode)


def main(arguments: Sequence[str] | None = None) -> int:
    """Called by `ops`: the bundle, the folder for its content, the checkout; prints the Python it is for."""
    file, folder, root = map(Path, sys.argv[1:] if arguments is None else arguments)
    try:
        found = open_bundle(file, folder, root)
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return REFUSED
    except OSError as error:
        sys.stderr.write(f"{file} could not be laid out in {folder}: {error.strerror}.\n")
        return 1
    sys.stdout.write(f"{found.python}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

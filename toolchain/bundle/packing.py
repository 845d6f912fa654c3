"""`./ops setup --offline-bundle FILE`: all that was fetched or built, in one file."""

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT
from toolchain import cache
from toolchain.bundle import archive, debs, images, programs
from toolchain.bundle.manifest import DEBS, IMAGES, WHEELS, Manifest, of_file, of_folder
from toolchain.command import run
from toolchain.version import PULUMI

REQUIREMENTS = ROOT / "requirements.txt"
FETCH_SECONDS = 1800.0
RELEASE = Path("/etc/os-release")


def wheels_argv(target: Path, requirements: Path = REQUIREMENTS) -> tuple[str, ...]:
    """The command that downloads the pinned wheels; what cannot be had as a wheel cannot go along."""
    return (
        *(sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input"),
        *(
            "--require-hashes",
            "--only-binary=:all:",
            "--requirement",
            str(requirements),
            "--dest",
            str(target),
        ),
    )


def pack(target: Path, progress: Progress, *, force: bool) -> str:
    """Packs a bundle; gives what to tell the person.

    Raises:
        Failure: when the file is there already, or something cannot be fetched or written.
    """
    if not force:
        archive.refuse_existing(target)
    try:
        with cache.workspace("packing") as folder:
            manifest = gather(folder, progress)
            with progress.step("write the bundle"):
                digest = archive.write(manifest, folder, target, force=force)
    except OSError as error:
        raise Failure(f"the bundle could not be written: {error}.", "no file was left.") from error
    size = target.stat().st_size / 1_000_000
    return f"{target}: {size:.0f} MB, {len(manifest.members)} files\nsha256 {digest}"


def gather(folder: Path, progress: Progress) -> Manifest:
    """Fills a folder with all members, and describes them."""
    with progress.step("Python packages"):
        run(wheels_argv(folder / WHEELS), progress, seconds=FETCH_SECONDS)
    with progress.step("Pulumi CLI and plugins"):
        origin = programs.pack(folder)
    found = images.pack(folder / IMAGES, progress)
    manifest = Manifest(
        requirements=of_file(REQUIREMENTS).sha256,
        pulumi=PULUMI,
        cli_origin=origin,
        python=".".join(platform.python_version_tuple()[:2]),
        machine=platform.machine(),
        debian=fetch_debs(folder / DEBS, progress),
        images=found,
    )
    return replace(manifest, members=of_folder(folder))


def fetch_debs(target: Path, progress: Progress) -> str:
    """Docker Engine's packages, where it came as such; gives the Debian release that they are for."""
    has_apt = bool(shutil.which("apt-get"))
    wanted = [name for name in debs.WANTED if has_apt and debs.is_installed(name)]
    if "docker.io" not in wanted:
        progress.say("  Docker Engine did not come from apt here: the bundle brings none")
        return ""
    with progress.step("Docker Engine's packages"):
        target.mkdir()
        listing = subprocess.run(
            debs.closure_argv(wanted), capture_output=True, text=True, check=False
        ).stdout
        run(("apt-get", "download", *debs.names_in(listing)), progress, seconds=FETCH_SECONDS, folder=target)
    return release_of(RELEASE.read_text())


def release_of(text: str) -> str:
    """`debian 12` from an os-release file."""
    facts = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    return f"{facts.get('ID', '')} {facts.get('VERSION_ID', '')}".replace('"', "").strip()


def absolute(file: str) -> Path:
    """A file as the person meant it: from where `ops` was called, not from the checkout."""
    return Path(os.environ.get("OPS_FOLDER") or ".", file).absolute()

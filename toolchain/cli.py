"""The Pulumi CLI: the host's, the official download, or built from its Go module."""

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from operation.failure import Failure
from operation.progress import Progress
from toolchain import cache, golang, search
from toolchain.command import run
from toolchain.part import BUILT, HOST, OFFICIAL, Finding, missing
from toolchain.version import PULUMI, is_pinned

LANGUAGE_HOST = "pulumi-language-python"
DOWNLOAD = "pulumi-cli"
DOWNLOAD_SECONDS = 60.0
INSTALL_CODE = """\
import sys
from pulumi.automation import PulumiCommand
from semver import VersionInfo
PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
"""


@dataclass(frozen=True)
class Choice:
    """The CLI that is used.

    Attributes:
        folder: where it lies.
        origin: the host's, official or built here.
    """

    folder: Path
    origin: str


def install_argv(root: Path) -> tuple[str, ...]:
    """The SDK's own installer, in a process that a time limit can end."""
    return (sys.executable, "-c", INSTALL_CODE, str(root), PULUMI)


def official_folder() -> Path:
    """Where the official download lies, whether or not it exists."""
    return cache.folder() / f"pulumi-{PULUMI}-official" / "bin"


def said_version(program: Path) -> str:
    """What a CLI says of itself, or nothing when it does not run; asked once of each file."""
    try:
        found = program.stat()
    except OSError:
        return ""
    return _asked_version(program, found.st_mtime_ns, found.st_size)


@lru_cache
def _asked_version(program: Path, _changed: int, _size: int) -> str:
    try:
        result = subprocess.run(
            (program, "version"),
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip()


def on_host() -> Path | None:
    """The folder of the host's own CLI, when it is the pinned release and has its language host."""
    program = search.program("pulumi")
    if program is None or not is_pinned(said_version(program)):
        return None
    resolved = program.resolve().parent
    return program.parent if search.program(LANGUAGE_HOST, program.parent, resolved) else None


def chosen() -> Choice | None:
    """The best CLI that is there now."""
    host = on_host()
    if host:
        return Choice(host, HOST)
    for folder, origin in ((official_folder(), OFFICIAL), (golang.cached(), BUILT)):
        if is_pinned(said_version(folder / "pulumi")):
            return Choice(folder, origin)
    return None


@dataclass(frozen=True)
class Cli:
    """The Pulumi CLI of the pinned release."""

    name: str = "Pulumi CLI"

    def look(self) -> Finding:
        """Which one is used."""
        choice = chosen()
        if choice is None:
            return missing(self.name, f"no pulumi {PULUMI} is here; `./ops setup` downloads or builds it")
        due = choice.origin == BUILT and cache.may_try(DOWNLOAD)
        version = f"{PULUMI} in {choice.folder}"
        return Finding(self.name, healthy=True, origin=choice.origin, version=version, due=due)

    def provide(self, progress: Progress) -> None:
        """Downloads it; builds it where that fails."""
        if cache.may_try(DOWNLOAD) and _download(progress):
            return
        if not is_pinned(said_version(golang.cached() / "pulumi")):
            _build(progress)


def _download(progress: Progress) -> bool:
    with cache.workspace("pulumi-official") as folder:
        try:
            run(install_argv(folder), progress, seconds=DOWNLOAD_SECONDS)
        except Failure as error:
            progress.detail(f"the official CLI cannot be had: {error.what}")
            cache.remember_failure(DOWNLOAD)
            return False
        cache.keep(folder, official_folder().parent)
        return True


def _build(progress: Progress) -> None:
    with cache.workspace("pulumi-built") as folder:
        golang.build(folder / "bin" / "pulumi", progress)
        said = said_version(folder / "bin" / "pulumi")
        if not is_pinned(said):
            raise Failure(f"the Pulumi CLI that was built says {said!r} instead of v{PULUMI}.")
        cache.keep(folder, golang.cached().parent)

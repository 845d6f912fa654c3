"""The `docker` command: Debian splits it off the engine in newer releases."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from operation.progress import Progress
from toolchain import apt
from toolchain.apt import Installer
from toolchain.part import HOST, Finding, missing

PACKAGE = "docker-cli"


@dataclass(frozen=True)
class DockerCommand:
    """The command line of Docker on PATH.

    Attributes:
        install: how Debian packages come.
    """

    install: Installer = apt.install
    name: str = "docker command"

    def look(self) -> Finding:
        """Which one a shell finds, and whether there are others."""
        found = all_on_path("docker", os.environ.get("PATH", ""))
        if not found:
            return missing(self.name, "`docker` is not on PATH; `./ops setup` as root installs it")
        others = f" (also {', '.join(found[1:])})" if found[1:] else ""
        return Finding(self.name, healthy=True, origin=HOST, version=found[0] + others)

    def provide(self, progress: Progress) -> None:
        """Installs Debian's."""
        self.install((PACKAGE,), progress)


def all_on_path(program: str, path: str) -> list[str]:
    """Each different file of that name on a PATH, in its order; links to one file count once."""
    seen: dict[str, str] = {}
    for folder in path.split(":"):
        found = shutil.which(program, path=folder) if folder else None
        if found:
            seen.setdefault(str(Path(found).resolve()), found)
    return list(seen.values())

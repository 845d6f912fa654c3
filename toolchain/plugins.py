"""Pulumi's plugins: the official ones where they can be had, else the stand-ins of this repository."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT
from toolchain import cache, cli, decision, search
from toolchain.command import run
from toolchain.decision import Decision
from toolchain.part import OFFICIAL, STAND_IN, Finding, missing
from toolchain.version import DOCKER_PLUGIN

DOCKER = "pulumi-resource-docker"
NAMES = (cli.LANGUAGE_HOST, "pulumi-resource-pulumi-python", DOCKER)
STAND_INS = ROOT / "toolchain" / "standins"
DOWNLOAD = "pulumi-docker-plugin"
DOWNLOAD_SECONDS = 60.0


def install_argv(program: Path) -> tuple[str, ...]:
    """The command that downloads the official docker plugin."""
    return (str(program), "plugin", "install", "resource", "docker", f"v{DOCKER_PLUGIN}")


def absent(official: Mapping[str, Path | None]) -> tuple[str, ...]:
    """The plugins that a stand-in must stand in for."""
    return tuple(name for name in NAMES if official.get(name) is None)


def official_plugins(cli_folder: Path) -> dict[str, Path | None]:
    """The official plugins that are there: beside the CLI, on PATH, or among Pulumi's own."""
    found = {name: search.program(name, cli_folder) for name in NAMES}
    found[DOCKER] = _installed(pulumi_home()) or found[DOCKER]
    return found


def pulumi_home() -> Path:
    """Pulumi's folder of the account."""
    return Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")


def _installed(home: Path) -> Path | None:
    """The downloaded docker plugin; one that was cut short has a mark beside it."""
    folder = home / "plugins" / f"resource-docker-v{DOCKER_PLUGIN}"
    program = folder / DOCKER
    return program if program.exists() and not folder.with_name(f"{folder.name}.partial").exists() else None


def missing_stand_ins(names: tuple[str, ...], folder: Path = STAND_INS) -> list[str]:
    """Those that the checkout does not carry as programs."""
    return [name for name in names if not os.access(folder / name, os.X_OK)]


def link_stand_ins(names: tuple[str, ...], folder: Path = search.OURS, source: Path = STAND_INS) -> None:
    """Makes the folder that goes onto PATH: exactly these, so that no stand-in hides an official plugin."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for entry in folder.iterdir():
        if entry.name not in names:
            entry.unlink()
    for name in names:
        target = os.path.relpath(source / name, folder)
        link = folder / name
        if not link.is_symlink() or str(link.readlink()) != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target)


@dataclass(frozen=True)
class Plugins:
    """Language host, dynamic provider and docker provider, and the note of them for `./ops env`."""

    name: str = "Pulumi plugins"

    def look(self) -> Finding:
        """Which are official, and whether `./ops env` knows."""
        choice = cli.chosen()
        if choice is None:
            return missing(self.name, "needs the Pulumi CLI first")
        names = absent(official_plugins(choice.folder))
        lacking = missing_stand_ins(names)
        if lacking:
            remedy = f"toolchain/standins lacks {', '.join(lacking)}: restore the checkout"
            return missing(self.name, remedy)
        if decision.read() != wanted(choice.folder, names) or not _linked(names):
            return missing(self.name, "not noted for `./ops env` yet; `./ops setup` does it")
        version = f"docker {DOCKER_PLUGIN}" + (f"; stand-ins: {', '.join(names)}" if names else "")
        due = DOCKER in names and cache.may_try(DOWNLOAD)
        return Finding(
            self.name, healthy=True, origin=STAND_IN if names else OFFICIAL, version=version, due=due
        )

    def provide(self, progress: Progress) -> None:
        """Downloads the docker plugin if it can be had; puts stand-ins for the rest on PATH."""
        choice = cli.chosen()
        if choice is None:
            raise Failure("there is no Pulumi CLI.", remedy="`./ops setup` again.")
        if DOCKER in absent(official_plugins(choice.folder)) and cache.may_try(DOWNLOAD):
            _download(choice.folder / "pulumi", progress)
        names = absent(official_plugins(choice.folder))
        link_stand_ins(names)
        decision.write(wanted(choice.folder, names))


def wanted(folder: Path, names: tuple[str, ...]) -> Decision:
    """What `./ops env` must know."""
    return Decision(cli=folder, stand_ins=names, buildx=has_buildx())


def has_buildx() -> bool:
    """Whether the docker command can build with BuildKit."""
    folders = (
        Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker"),
        *(
            Path(base) / "docker"
            for base in ("/usr/libexec", "/usr/lib", "/usr/local/lib", "/usr/local/libexec")
        ),
    )
    return any(shutil.which("docker-buildx", path=str(folder / "cli-plugins")) for folder in folders)


def _linked(names: tuple[str, ...]) -> bool:
    return all((search.OURS / name).exists() for name in names)


def _download(program: Path, progress: Progress) -> None:
    try:
        run(install_argv(program), progress, seconds=DOWNLOAD_SECONDS)
    except Failure as error:
        progress.detail(f"the official docker plugin cannot be had: {error.what}")
        cache.remember_failure(DOWNLOAD)

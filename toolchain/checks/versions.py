"""Releases that must fit together: Pulumi's SDK and plugins beside what is pinned."""

import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from toolchain import cli, plugins
from toolchain.checks.check import Check, healthy, unhealthy, warning
from toolchain.version import DOCKER_PLUGIN, PULUMI, numbers

PINNED: Mapping[str, str] = {"pulumi": PULUMI, "pulumi-docker": DOCKER_PLUGIN}
ASK_SECONDS = 1.5


def installed() -> dict[str, str]:
    """What the Python environment has of them; nothing for one that is not there."""
    found = {}
    for name in PINNED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found


def packages(found: Mapping[str, str]) -> Check:
    """Whether the environment has the pinned ones."""
    name = "Pulumi's packages"
    said = ", ".join(f"{each} {version or 'missing'}" for each, version in found.items())
    if any(found.get(each) != version for each, version in PINNED.items()):
        wanted = ", ".join(f"{each} {version}" for each, version in PINNED.items())
        return unhealthy(name, said, f"{wanted} belong together: remove .venv, then `./ops setup`")
    return healthy(name, said)


def plugin_version(program: Path) -> str:
    """What an official plugin says of itself, or nothing."""
    try:
        said = subprocess.run(
            (program, "--version"), capture_output=True, text=True, timeout=ASK_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip()


def docker_plugin(program: Path | None, said: str) -> Check:
    """The official docker plugin beside the pinned release; a stand-in is always of this checkout."""
    name = "docker plugin"
    if program is None:
        return healthy(name, f"stand-in for {DOCKER_PLUGIN}")
    if ".".join(map(str, numbers(said))) == DOCKER_PLUGIN or DOCKER_PLUGIN in str(program):
        return healthy(name, f"official {DOCKER_PLUGIN}")
    return warning(
        name,
        f"{program} says {said or 'nothing'}",
        f"`pulumi plugin install resource docker v{DOCKER_PLUGIN}`, or take it off PATH",
    )


def look() -> list[Check]:
    """Both."""
    choice = cli.chosen()
    program = plugins.official_plugins(choice.folder)[plugins.DOCKER] if choice else None
    said = plugin_version(program) if program else ""
    return [packages(installed()), docker_plugin(program, said)]

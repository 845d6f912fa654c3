"""Which packages a Python has, and which plugins of Pulumi they need."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PLUGIN_FILE = "pulumi-plugin.json"
WITHOUT_PLUGIN = frozenset({"pulumi-policy", "pulumi-esc-sdk"})
_INFO = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)(-py[\d.]+)?\.(dist|egg)-info")
_VERSION = re.compile(
    r"(?P<release>\d+(\.\d+)*)((?P<phase>a|b|rc)(?P<number>\d+))?(\.post(?P<post>\d+))?(\.dev(?P<dev>\d+))?"
)
_PHASES = {"a": "alpha", "b": "beta", "rc": "rc"}
_REQUIREMENT = re.compile(r"^Requires-Dist: ([A-Za-z0-9._-]+)(?!.*\bextra\b)", re.MULTILINE)


@dataclass(frozen=True)
class Distribution:
    """An installed package.

    Attributes:
        name: its normal name, with dashes.
        version: its release.
        info: the folder of its metadata, beside its modules.
    """

    name: str
    version: str
    info: Path


@dataclass(frozen=True)
class Plugin:
    """A plugin that a package needs.

    Attributes:
        name: what the engine calls it.
        version: with a `v`.
        server: where it is downloaded from, or nothing for Pulumi's own place.
        parameter: name, version and value of a parameterised package.
    """

    name: str
    version: str
    server: str = ""
    parameter: tuple[str, str, bytes] | None = None


def normal(name: str) -> str:
    """A package's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(path: Iterable[Path]) -> list[Distribution]:
    """All packages that a Python finds on its path; the first of a name counts."""
    found: dict[str, Distribution] = {}
    for distribution in _on(path):
        found.setdefault(distribution.name, distribution)
    return sorted(found.values(), key=lambda each: each.name)


def _on(path: Iterable[Path]) -> Iterator[Distribution]:
    for folder in path:
        if not folder.is_dir():
            continue
        for info in folder.glob("*-info"):
            if match := _INFO.fullmatch(info.name):
                yield Distribution(normal(match["name"]), match["version"], info)


def not_required(distributions: Iterable[Distribution]) -> list[Distribution]:
    """Those that no other one asks for."""
    everything = list(distributions)
    required = {normal(name) for each in everything for name in _requirements(each)}
    return [each for each in everything if each.name not in required]


def _requirements(distribution: Distribution) -> list[str]:
    file = distribution.info / "METADATA"
    return _REQUIREMENT.findall(file.read_text(errors="replace")) if file.is_file() else []


def plugin_version(version: str) -> str | None:
    """A package's version (PEP 440) as a plugin's (semver); None when it has no such form."""
    match = _VERSION.fullmatch(version)
    if match is None:
        return None
    release = ".".join([*match["release"].split("."), "0", "0"][: max(3, match["release"].count(".") + 1)])
    phase = f"-{_PHASES[match['phase']]}.{match['number']}" if match["phase"] else ""
    build = (f"post{match['post']}" if match["post"] else "") + (f"dev{match['dev']}" if match["dev"] else "")
    return release + phase + (f"+{build}" if build else "")


def plugin_of(distribution: Distribution) -> Plugin | None:
    """The plugin that a package needs, or None.

    A package says it in a file in its module; one of Pulumi's without that file needs the plugin of its name.
    """
    said = _said(distribution)
    if said is None and (not distribution.name.startswith("pulumi-") or distribution.name in WITHOUT_PLUGIN):
        return None
    said = said or {"resource": True}
    version = said.get("version") or plugin_version(distribution.version)
    if not said.get("resource") or not version:
        return None
    return Plugin(
        said.get("name") or distribution.name.removeprefix("pulumi-"),
        version if version.startswith("v") else f"v{version}",
        said.get("server", ""),
        _parameter(said.get("parameterization")),
    )


def _said(distribution: Distribution) -> dict[str, Any] | None:
    """The package's own words, or None."""
    file = distribution.info.parent / distribution.name.replace("-", "_") / PLUGIN_FILE
    try:
        said = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    return said if isinstance(said, dict) else None


def _parameter(said: dict[str, str] | None) -> tuple[str, str, bytes] | None:
    if not said:
        return None
    return said["name"], said["version"], base64.b64decode(said.get("value") or "")

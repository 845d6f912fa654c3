"""The bundle's first member: what is in it, for which checkout and which host. Only the standard library."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

NAME, SUM = "manifest.json", "manifest.sha256"
FORMAT = 1
CHUNK = 1024 * 1024
WHEELS, DEBS = "wheels", "debs"
CLI, PLUGIN, IMAGES = "cli.tar.gz", "docker-plugin.tar.gz", "images.tar.gz"


@dataclass(frozen=True)
class Member:
    """A file of the bundle: its size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself.

    Attributes:
        requirements: SHA-256 of the requirements.txt that its wheels are for.
        pulumi: release of the CLI.
        cli_origin: where that CLI came from: official, the host's, built here.
        python: release of the Python that its wheels are for, as `3.11`.
        machine: as `uname -m` has it.
        debian: release that its packages are for; empty when it has none.
        images: role to image ID.
        members: name to size and sum of every other file.
    """

    requirements: str
    pulumi: str
    cli_origin: str
    python: str
    machine: str
    debian: str = ""
    images: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, Member] = field(default_factory=dict)
    format: int = FORMAT

    def text(self) -> str:
        """As the bundle holds it."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


def parse(text: str) -> Manifest:
    """Reads one.

    Raises:
        ValueError: when it is not one of this format.
    """
    facts = json.loads(text)
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        message = "its manifest is of another format"
        raise ValueError(message)
    try:
        members = {name: Member(**each) for name, each in facts.pop("members").items()}
        return Manifest(members=members, **facts)
    except (TypeError, KeyError, AttributeError) as error:
        message = f"its manifest is not whole ({error})"
        raise ValueError(message) from error


def of_file(path: Path) -> Member:
    """Size and sum of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return Member(path.stat().st_size, digest.hexdigest())


def of_folder(folder: Path) -> dict[str, Member]:
    """Every file below a folder, by its name in the bundle, in order."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): of_file(path) for path in files}

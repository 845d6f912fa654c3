"""Dockerfiles looked at by hadolint before anything is built from them."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from operation.failure import Failure, refusal

PROGRAM = str(Path(sys.executable).with_name("hadolint"))
"""It comes with the Python environment."""
SEVERITY = "warning"
"""What is worse or as bad ends a deployment; hadolint's words are `error`, `warning`, `info`, `style`."""

BY_DESIGN = {
    "DL3006": "the base is an argument that has a tag",
    "DL3008": "versions are those of the Debian release, security updates included",
}
"""Rules that this project breaks on purpose."""

SECONDS = 60.0


@dataclass(frozen=True)
class Finding:
    """What hadolint says about one line."""

    file: str
    line: int
    code: str
    level: str
    message: str

    def __str__(self) -> str:
        """As a compiler would say it."""
        return f"{self.file}:{self.line}: {self.code} {self.message}"


def command(files: Iterable[Path]) -> tuple[str, ...]:
    """The whole command line."""
    ignored = tuple(word for code in sorted(BY_DESIGN) for word in ("--ignore", code))
    return (PROGRAM, "--no-fail", "--format", "json", *ignored, *(str(file) for file in files))


def findings(files: Iterable[Path]) -> list[Finding]:
    """What is wrong in the files; empty when nothing is.

    Raises:
        Failure: when hadolint cannot be run, or cannot read a file.
    """
    argv = command(files)
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=SECONDS, check=False)
    except FileNotFoundError as error:
        raise Failure("hadolint is not installed.", remedy="`./ops setup` installs it.") from error
    if done.returncode:
        raise Failure(f"hadolint failed: {done.stderr.strip() or done.stdout.strip()}")
    return read(done.stdout)


def read(text: str) -> list[Finding]:
    """Findings that are as bad as `SEVERITY` or worse."""
    worst = {"error", SEVERITY}
    found = [
        Finding(each["file"], each["line"], each["code"], each["level"], each["message"])
        for each in json.loads(text or "[]")
    ]
    return [each for each in found if each.level in worst]


def required(files: Iterable[Path]) -> None:
    """Refuses when something is wrong in them.

    Raises:
        Failure: with each line that has to change.
    """
    found = findings(files)
    if found:
        lines = "\n    ".join(str(each) for each in found)
        raise refusal(f"hadolint refuses what the images are built from:\n    {lines}", remedy="mend them.")

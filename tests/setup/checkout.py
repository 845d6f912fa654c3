"""A copy of the launcher in a folder with an awkward name, with an environment that only pretends."""

import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from operation.stack import ROOT

STUB = """#!/bin/bash
[[ -z ${FAILING-} || ${0##*/} != "$FAILING" ]] || exit 7
printf '%s\\n' "program=${0##*/}" "stack=$PULUMI_STACK" "path=$PATH" "folder=$PWD"
printf '%s\\n' "bytecode=${PYTHONDONTWRITEBYTECODE-written}" "words=$*"
"""


@dataclass(frozen=True)
class Checkout:
    """Where it is, and how it is called."""

    root: Path

    @property
    def venv(self) -> Path:
        """Its environment."""
        return self.root / ".venv"

    def stamp(self) -> str:
        """What the stamp of a whole environment says."""
        digest = hashlib.sha256((self.root / "requirements.txt").read_bytes()).hexdigest()
        return f"{digest}  - {self.root}\n"

    def pretend(self) -> None:
        """Programs that say how they were called, under a stamp that says they are whole."""
        for name in ("python", "invoke", "ruff", "mypy", "pytest"):
            program = self.venv / "bin" / name
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(STUB)
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
        (self.venv / "stamp").write_text(self.stamp())

    def ops(
        self,
        *words: str,
        environment: Mapping[str, str] | None = None,
        program: Path | None = None,
        folder: Path | None = None,
    ) -> "subprocess.CompletedProcess[str]":
        """Calls the launcher with that environment and nothing else."""
        return subprocess.run(
            [program or self.root / "ops", *words],
            cwd=folder or self.root,
            env={"HOME": str(self.root), **(environment or {})},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def environment(self, *words: str, **environment: str) -> dict[str, str]:
        """What a shell has after `eval "$(./ops env)"`."""
        script = 'eval "$("$0" env "$@")" && env -0'
        result = subprocess.run(
            ["/bin/bash", "-c", script, self.root / "ops", *words],
            env={"HOME": str(self.root), "PATH": os.defpath, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return dict(entry.split("=", 1) for entry in result.stdout.split("\0") if entry)


def copy(folder: Path) -> Checkout:
    """The launcher and what it sources, no environment yet."""
    root = folder / "a b'c%20#d"
    (root / "toolchain").mkdir(parents=True)
    for name in ("ops", "toolchain/venv.sh", "toolchain/test.sh"):
        shutil.copy(ROOT / name, root / name)
    (root / "requirements.txt").write_text("")
    return Checkout(root)

"""A Pulumi project of one small program, run by the real CLI with the stand-ins on PATH."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from toolchain.plugins import NAMES, STAND_INS

SECONDS = 90.0
LOCAL = {
    "PULUMI_CONFIG_PASSPHRASE": "secret",
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_STACK": "dev",
}


@dataclass(frozen=True)
class Project:
    """Where it is, and the environment of its commands.

    Attributes:
        folder: the project's, of its own.
        options: `runtime.options`.
        main: the program, from there.
    """

    folder: Path
    options: Mapping[str, str] = field(default_factory=lambda: {"virtualenv": sys.prefix})
    main: str = "."

    def write(self, **files: str) -> None:
        """Writes Pulumi.yaml and modules: `write(app="…")` is app.py beside the program."""
        options = ", ".join(f"{key}: {value}" for key, value in self.options.items())
        runtime = f"{{name: python, options: {{{options}}}}}"
        (self.folder / "Pulumi.yaml").write_text(f"name: try\nmain: {self.main}\nruntime: {runtime}\n")
        program = self.folder / self.main
        program = program.parent if program.suffix else program
        program.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (program / f"{name}.py").write_text(text)

    def environment(self) -> dict[str, str]:
        """State, Pulumi's home and PATH of its own; of the plugins only the stand-ins."""
        state, shelf = self.folder / ".state", self.folder / ".shelf"
        state.mkdir(exist_ok=True)
        shelf.mkdir(exist_ok=True)
        for name in NAMES:
            if not (shelf / name).is_symlink():
                (shelf / name).symlink_to(STAND_INS / name)
        given = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
        own = {"PULUMI_BACKEND_URL": f"file://{state}", "PULUMI_HOME": str(self.folder / ".home")}
        return {**given, **LOCAL, **own, "PATH": f"{shelf}:{given['PATH']}"}

    def argv(self, *words: str) -> tuple[str, ...]:
        """A command of the CLI."""
        pulumi = shutil.which("pulumi")
        assert pulumi, 'no pulumi on PATH: eval "$(./ops env)"'
        return (pulumi, *words, "--non-interactive", "--color=never")

    def pulumi(self, *words: str, status: int = 0) -> str:
        """Runs the CLI; what it prints."""
        done = subprocess.run(
            self.argv(*words),
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == status or (status and done.returncode), done.stdout
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Starts the CLI, to read what it prints meanwhile."""
        return subprocess.Popen(
            self.argv(*words),
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

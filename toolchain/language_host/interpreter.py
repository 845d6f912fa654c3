"""The Python that a program runs in."""

import os
import shutil
import subprocess
from ast import literal_eval
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolchain.language_host.failure import HostFailure

ASK = "import sys; print(ascii([sys.executable, sys.version.split()[0], sys.path]))"
"""Without an import: the engine has it asked three times for one `pulumi up`."""
ASK_SECONDS = 30.0
BY_FOLDER = "`toolchain: pip` with `virtualenv: FOLDER`"
REFUSED = {
    "toolchain": {
        "uv": "`toolchain: pip` with `virtualenv: .venv`, the folder that `uv sync` makes and fills",
        "poetry": f"{BY_FOLDER}, the folder that `poetry env info --path` prints after `poetry install`",
        "": BY_FOLDER,
    },
    "typechecker": {"": "remove it, and run the type checker by itself"},
}
"""Options that only the official host has; for each value, or any other, what to write in their place."""


@dataclass(frozen=True)
class Interpreter:
    """A Python.

    Attributes:
        python: the program to start.
        virtualenv: the virtual environment that it is of, or None for one of PATH.
    """

    python: Path
    virtualenv: Path | None = None

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """The environment of what runs in it: the virtual environment is activated."""
        if self.virtualenv is None:
            return dict(base)
        path = os.pathsep.join(filter(None, (str(self.virtualenv / "bin"), base.get("PATH", ""))))
        kept = {key: value for key, value in base.items() if key != "PYTHONHOME"}
        return {**kept, "PATH": path, "VIRTUAL_ENV": str(self.virtualenv)}


@dataclass(frozen=True)
class Description:
    """What a Python says of itself.

    Attributes:
        executable: where it lies.
        version: its release.
        path: where it looks for modules.
    """

    executable: str
    version: str
    path: tuple[Path, ...]


def refuse_unknown(options: Mapping[str, object]) -> None:
    """Refuses runtime options that only the official host has.

    Raises:
        HostFailure: naming the option and what to do.
    """
    for name, remedies in REFUSED.items():
        value = options.get(name)
        if value and (name, value) != ("toolchain", "pip"):
            raise HostFailure(
                f"Pulumi.yaml: runtime.options.{name}: {value!r} is not known to this stand-in of the "
                f"Python language host.\n  do: {remedies.get(str(value), remedies[''])}."
            )


def environment_folder(root: Path, options: Mapping[str, object]) -> Path | None:
    """The virtual environment of `runtime.options`, from the project's root; None when there is none.

    Raises:
        HostFailure: when it is no text.
    """
    named = options.get("virtualenv", "")
    if not isinstance(named, str):
        raise HostFailure(f"Pulumi.yaml: runtime.options.virtualenv: {named!r} is no path.")
    return root / named if named else None


def chosen(root: Path, options: Mapping[str, object]) -> Interpreter:
    """The Python of a project.

    Args:
        root: the folder of Pulumi.yaml.
        options: its `runtime.options`.

    Raises:
        HostFailure: when there is none, or an option is not known.
    """
    refuse_unknown(options)
    folder = environment_folder(root, options)
    if folder is None:
        return on_path()
    python = folder / "bin" / "python"
    if not os.access(python, os.X_OK):
        state = "is not a virtual environment" if folder.exists() else "does not exist"
        raise HostFailure(
            f"Pulumi.yaml: runtime.options.virtualenv: {folder} {state}, so the program has no Python.\n"
            f"  do: python3 -m venv {folder}\n"
            f"      {python} -m pip install -r requirements.txt"
        )
    return Interpreter(python, folder)


def on_path() -> Interpreter:
    """The Python of PATH: `PULUMI_PYTHON_CMD`, else python3, else python.

    Raises:
        HostFailure: when there is none.
    """
    wanted = os.environ.get("PULUMI_PYTHON_CMD", "")
    names = (wanted,) if wanted else ("python3", "python")
    for name in names:
        if found := shutil.which(name):
            return Interpreter(Path(found))
    raise HostFailure(
        f"no {' or '.join(names)} is on PATH, so the program has no Python.\n"
        "  do: install one, or name a virtual environment in Pulumi.yaml: runtime.options.virtualenv."
    )


def described(interpreter: Interpreter) -> Description:
    """Asks a Python what it is.

    Raises:
        HostFailure: when it does not run.
    """
    try:
        answer = subprocess.run(
            (interpreter.python, "-c", ASK),
            env=interpreter.environment(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ASK_SECONDS,
            check=True,
        )
        executable, version, path = literal_eval(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError, SyntaxError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise HostFailure(f"{interpreter.python} does not run: {said.strip()}") from error
    return Description(executable, version, tuple(map(Path, path)))

"""What to do about a module that is not there: loaded by its path, in the program's own Python."""

import importlib.util
import re
import sys
from pathlib import Path
from typing import Final

REQUIREMENTS: Final = ("requirements.txt", "pyproject.toml")
"""Where a project says what it needs; the first that is there."""
ASKED: Final = re.compile(r"[\"']?([A-Za-z0-9][A-Za-z0-9._-]*)")


def hint(error: BaseException, program: str) -> str:
    """What to do when a module is missing; nothing for another error.

    Args:
        error: what ended the program.
        program: its file or folder, from the working directory.
    """
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    module, _, inner = error.name.partition(".")
    if inner and _is_there(module):
        return f"  do: look for another release of `{module}`: the one that is installed has no `{inner}`.\n"
    path = Path(program)
    if path.is_file() and _beside(path.resolve().parent, module):
        return (
            f"  `{module}` lies beside {path.name}, but a program of one file does not look there.\n"
            f"  do: rename {path.name} to __main__.py, and name its folder in Pulumi.yaml: `main: FOLDER`.\n"
        )
    return _requirement(module)


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _beside(folder: Path, module: str) -> bool:
    return (folder / f"{module}.py").exists() or (folder / module).is_dir()


def _requirement(module: str) -> str:
    """Which file to write the package into, and the command that installs it."""
    file = _requirements_file()
    if _normal(module) in _asked(file):
        return f"  {file} asks for it, but it is not installed in {sys.prefix}.\n  do: pulumi install\n"
    return f"  do: write the package that brings `{module}` into {file}, then: pulumi install\n"


def _requirements_file() -> Path:
    """The file of requirements, from the working directory up to the project's; where to make one else."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        for name in REQUIREMENTS:
            if (folder / name).exists():
                return folder / name
        if any(folder.glob("Pulumi.y*ml")):
            break
    return Path.cwd() / REQUIREMENTS[0]


def _asked(file: Path) -> set[str]:
    """The packages that a file of requirements names, by their normal names."""
    try:
        lines = file.read_text(errors="replace").splitlines()
    except OSError:
        return set()
    return {_normal(match[1]) for line in lines if (match := ASKED.match(line.strip()))}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

"""`pulumi install`: the virtual environment of a program, and what requirements.txt asks for."""

import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from toolchain.language_host.child import Children
from toolchain.language_host.failure import HostFailure
from toolchain.language_host.interpreter import Interpreter, environment_folder, on_path, refuse_unknown
from toolchain.language_host.plugin_run import outputs

REQUIREMENTS = "requirements.txt"


def make_argv(python: Path, folder: Path) -> tuple[str, ...]:
    """The command that makes a virtual environment."""
    return (str(python), "-m", "venv", str(folder))


def install_argv(python: Path) -> tuple[str, ...]:
    """The command that installs requirements, in the program's folder."""
    return (
        str(python),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "-r",
        REQUIREMENTS,
    )


def install(children: Children, root: Path, folder: Path, options: Mapping[str, object]) -> Iterator[bytes]:
    """Makes and fills the environment.

    Args:
        children: starts the commands.
        root: the folder of Pulumi.yaml.
        folder: the program's.
        options: `runtime.options`.

    Yields:
        what the commands print.

    Raises:
        HostFailure: when one fails; what it printed says why.
    """
    refuse_unknown(options)
    environment = environment_folder(root, options)
    interpreter = on_path()
    if environment is not None:
        if not (environment / "bin" / "python").exists():
            yield f"Creating virtual environment {environment}\n".encode()
            yield from _run(children, make_argv(interpreter.python, environment), interpreter, folder)
        interpreter = Interpreter(environment / "bin" / "python", environment)
    if (folder / REQUIREMENTS).exists():
        yield f"Installing {folder / REQUIREMENTS}\n".encode()
        yield from _run(children, install_argv(interpreter.python), interpreter, folder)


def _run(children: Children, argv: Sequence[str], interpreter: Interpreter, folder: Path) -> Iterator[bytes]:
    child = children.start(
        argv, environment=interpreter.environment(os.environ), folder=folder, output=subprocess.PIPE
    )
    try:
        for _, data in outputs(child):
            yield data
    except GeneratorExit:
        child.stop()
        raise
    finally:
        status = children.wait(child)
    if status != 0:
        raise HostFailure(f"This failed with status {status}: {shlex.join(argv)}")

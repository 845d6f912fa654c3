"""Running a program: the command, its environment, and what its exit status means."""

import json
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolchain.language_host.interpreter import Interpreter
from toolchain.language_host.program import INTERRUPTED, REPORTED, WITHOUT_SDK

PROGRAM = Path(__file__).with_name("program.py")


@dataclass(frozen=True)
class Request:
    """What the engine wants to be run.

    Attributes:
        program: file or folder, from the working directory.
        arguments: the program's own.
        settings: project, stack, addresses and the like, by the names of the SDK's `Settings`.
        config: the stack's configuration, secrets revealed.
        secret_keys: which of it is secret.
    """

    program: str
    arguments: tuple[str, ...]
    settings: Mapping[str, Any]
    config: Mapping[str, str]
    secret_keys: Sequence[str]

    def argv(self, interpreter: Interpreter) -> tuple[str, ...]:
        """The command; nothing secret is in it."""
        settings = json.dumps(self.settings)
        return (
            str(interpreter.python),
            str(PROGRAM),
            f"--settings={settings}",
            self.program,
            *self.arguments,
        )

    def environment(self, interpreter: Interpreter, base: Mapping[str, str]) -> dict[str, str]:
        """The program's environment, with the configuration where the SDK looks for it."""
        return {
            **interpreter.environment(base),
            "PULUMI_CONFIG": json.dumps(dict(self.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(self.secret_keys)),
        }


def requested(request: Any, engine: str) -> Request:
    """The engine's request in our words."""
    settings = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "stack": request.stack,
        "parallel": request.parallel,
        "dry_run": request.dryRun,
        "organization": request.organization,
        "root_directory": request.info.root_directory,
    }
    program = request.info.entry_point or request.program or "."
    return Request(program, tuple(request.args), settings, request.config, request.configSecretKeys)


@dataclass(frozen=True)
class Verdict:
    """What the engine is told when the program has ended.

    Attributes:
        error: why it failed, for the engine to show.
        reported: whether the person has read why already.
    """

    error: str = ""
    reported: bool = False


def verdict(status: int, interpreter: Interpreter) -> Verdict:
    """What an exit status means; negative ones are signals."""
    if status == 0:
        return Verdict()
    if status in {REPORTED, INTERRUPTED, -signal.SIGINT}:  # who interrupts knows why
        return Verdict(reported=True)
    if status == WITHOUT_SDK:
        return Verdict(
            f"the Python of the program has no package `pulumi`: {interpreter.python}\n"
            f"  do: {interpreter.python} -m pip install -r requirements.txt"
        )
    if status < 0:
        return Verdict(f"the program was ended by {signal.Signals(-status).name}")
    return Verdict(f"the program exited with status {status}")

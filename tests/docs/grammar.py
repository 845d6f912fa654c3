"""What `invoke` and `./ops` understand, by their own parsers."""

import copy
import re
import subprocess
import sys
from functools import cache

from invoke.exceptions import Exit, ParseError
from invoke.parser.context import ParserContext
from invoke.program import Program

from operation.stack import ROOT
from tests.command_line.wiring import FRESH
from tests.docs.command import TASK, Command

PARTS = {"setup": "toolchain.setup", "doctor": "toolchain.doctor"}
"""Words of `./ops` that are programs of their own."""


@cache
def contexts() -> dict[str, ParserContext]:
    """Every task by its names."""
    return {
        name: context
        for context in copy.deepcopy(FRESH).to_contexts()
        for name in (context.name, *context.aliases)
        if name is not None
    }


def fault_of(command: Command) -> str:
    """Why a command cannot be meant; nothing when it can.

    A span may name a task alone: `invoke logs` within a sentence says no service.
    """
    words = list(command.words)
    if command.program == "./ops":
        if not words or words[0] == "test":  # pytest reads what follows it
            return ""
        if words[0] in PARTS:
            return _unknown(words[1:], _options_of(PARTS[words[0]]))
        if words[0] == "env":
            return _unknown(words[1:], {"--stack"})
        if words[-1] == "--help":
            words = ["--help", words[0]]
    if TASK in words or (command.span and _is_name(words)):
        return ""
    return _parsed(words)


def _is_name(words: list[str]) -> bool:
    """Whether a sentence only names `invoke` or a task."""
    return not words or (len(words) == 1 and words[0] in contexts())


def _unknown(words: list[str], options: set[str]) -> str:
    faults = [word for word in words if word.startswith("-") and word.partition("=")[0] not in options]
    return f"no such options: {faults}" if faults else ""


@cache
def _options_of(module: str) -> set[str]:
    """The options that a program's own help names."""
    said = subprocess.run(
        (sys.executable, "-m", module, "--help"), cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(re.findall(r"--[a-z][a-z-]*", said.stdout))


def _parsed(words: list[str]) -> str:
    """What Invoke has against these words."""
    program = Program(namespace=copy.deepcopy(FRESH), name="invoke", binary="invoke")
    program.create_config()
    try:
        program.parse_core(["invoke", *words])
        program.parse_collection()
        program.parse_tasks()
    except ParseError as error:
        return str(error)
    except Exit:  # `--version` is answered at once
        return ""
    helped = program.args.help.value
    if isinstance(helped, str) and helped not in contexts():
        return f"no task to help with: {helped}"
    return "" if program.tasks or helped or program.args.list.value else "no task is named"

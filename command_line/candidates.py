"""What may come next on a command line."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from invoke.collection import Collection
from invoke.parser.argument import Argument
from invoke.parser.context import ParserContext

from command_line.values import ROOT, values

OPS_COMMAND = re.compile(r'^#\s+(?:eval "\$\()?\./ops (?P<name>[a-z]+)(?P<rest>.*)$')
"""The launcher's own commands, as the head of its file says them."""


Contexts = dict[str | None, ParserContext]
Own = dict[str, list[str]]


@dataclass(frozen=True)
class Candidate:
    """A word, and what it does; shells that can show the latter do."""

    word: str
    description: str = ""


@dataclass
class Line:
    """A command line as far as it was typed.

    Attributes:
        context: the task that its end belongs to; None before the first one.
        waiting: the option whose value comes next.
        missing: words that the task still needs.
        own: options of the launcher's own command; None outside of one.
    """

    context: ParserContext | None = None
    waiting: Argument | None = None
    missing: list[Argument] = field(default_factory=list)
    own: list[str] | None = None


def candidates(
    words: Sequence[str], collection: Collection, tasks: Iterable[ParserContext], core: ParserContext
) -> list[Candidate]:
    """What may stand in the place of the last word.

    Args:
        words: the command line with the program's name; the last word is being typed and may be empty.
        collection: all tasks, for what they say of themselves.
        tasks: all tasks as the parser has them; Invoke gives an option's help to the first who asks, only.
        core: Invoke's own options.
    """
    if not words:
        return []
    *before, current = words[1:] or [""]
    own = _own_commands() if words[0].rpartition("/")[2] == "ops" else {}
    contexts = {name: each for each in tasks for name in (each.name, *each.aliases)}
    line = _read(before, contexts, core, own)
    flag, equals, _ = current.partition("=")
    if line.waiting is None and equals and (option := _option(flag, line.context, core)):
        found = [Candidate(f"{flag}={each.word}") for each in _values(line, option)]
    elif line.own is not None:
        found = [Candidate(each) for each in values("", before[-1].lstrip("-")) or line.own]
    else:
        first = [*_tasks(collection), *(Candidate(name, "command of ./ops") for name in own)]
        found = _next(line, current, core, first)
    return [each for each in found if each.word.startswith(current)]


def _read(before: Sequence[str], contexts: Contexts, core: ParserContext, own: Own) -> Line:
    line = Line()
    for word in before:
        if line.waiting is not None:
            line.waiting = None
        elif word.startswith("-"):
            option = _option(word, line.context, core)
            line.waiting = option if option and option.takes_value and not option.optional else None
        elif line.missing:
            line.missing.pop(0)
        elif word in contexts:
            line.context, line.missing = contexts[word], list(contexts[word].positional_args)
        elif word in own and line.context is None:
            line.own = own[word]
    return line


def _next(line: Line, current: str, core: ParserContext, tasks: list[Candidate]) -> list[Candidate]:
    if line.waiting is not None:
        return _values(line, line.waiting)
    if current.startswith("-"):
        return _flags(line.context or core)
    if line.missing:
        return _values(line, line.missing[0])
    if line.context is not None and not current:
        return _flags(line.context)
    return tasks


def _option(word: str, context: ParserContext | None, core: ParserContext) -> Argument | None:
    for each in (context, core):
        if each is not None and word in each.flags:
            found: Argument = each.flags[word]
            return found
    return None


def _values(line: Line, option: Argument) -> list[Candidate]:
    task = (line.context.name if line.context else None) or ""
    return [Candidate(each) for each in values(task, option.name or "")]


def _flags(context: ParserContext) -> list[Candidate]:
    named = [(name, context.flags[name]) for name in context.flag_names() if name in context.flags]
    found = [Candidate(name, each.help or "") for name, each in named if name.startswith("--")]
    return (
        found
        if any(each.word == "--help" for each in found)
        else [*found, Candidate("--help", "explain the task")]
    )


def _tasks(collection: Collection) -> list[Candidate]:
    found: list[Candidate] = []
    for name, others in sorted(collection.task_names.items()):
        words = (getattr(collection[name], "__doc__", "") or "").strip().partition("\n")[0]
        found += [Candidate(each, words) for each in (name, *others)]
    return found


def _own_commands() -> Own:
    """The commands of the launcher and their options, which may stand on lines of their own below them."""
    return own_commands((ROOT / "ops").read_text().partition("\nset ")[0])


def own_commands(head: str) -> Own:
    """The same from the text of its head; pure."""
    found: Own = {}
    options: list[str] = []
    for line in head.splitlines():
        command = OPS_COMMAND.match(line)
        if command:
            options = found.setdefault(command["name"], [])
        if command or line.removeprefix("#").lstrip().startswith("--"):
            options += re.findall(r"--[a-z-]+", line)
    return found

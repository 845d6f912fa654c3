"""The nearest word to one that nobody knows."""

import ast
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from invoke.exceptions import ParseError
from invoke.parser.context import ParserContext

from operation.failure import Failure, refusal

UNKNOWN = re.compile(r"No idea what (?P<word>'.*'|\".*\") is!", re.DOTALL)
MISSING = re.compile(r"'(?P<task>[^']+)' did not receive required positional arguments: (?P<words>.+)")
VALUELESS = re.compile(r"Flag <Argument: (?P<name>\S+)")
NUMBER = re.compile(r"invalid literal for int\(\) with base 10: (?P<word>.+)")
Contexts = Mapping[str, ParserContext]
ALIKE = 0.6
"""Share of letters from which two words are alike; difflib's own default."""


def answer(error: ParseError | ValueError, contexts: Contexts, core: ParserContext) -> Failure:
    """What a person reads in the place of the parser's words; exit status 2.

    Args:
        error: what Invoke's parser raised, or the value that it could not turn into a number.
        contexts: every task by each of its names.
        core: Invoke's own options.
    """
    words, context = str(error), getattr(error, "context", None)
    name = context.name if context is not None else None
    remedy = f"`invoke --help {name}` explains it." if name else "`invoke --list` names all tasks."
    if found := UNKNOWN.fullmatch(words):
        return _unknown(ast.literal_eval(found["word"]), name, contexts, core)
    if found := MISSING.fullmatch(words):
        wanted = found["words"].replace("'", "").upper()
        return refusal(
            f"`{found['task']}` needs {wanted}.", remedy=f"`invoke --help {found['task']}` explains it."
        )
    if found := VALUELESS.match(words):
        return refusal(f"`--{found['name'].rstrip('>')}` needs a value.", remedy=remedy)
    if found := NUMBER.fullmatch(words):
        return refusal(f"{found['word']} is not a number.", remedy=remedy)
    return refusal(words, remedy=remedy)


def _unknown(word: str, task: str | None, contexts: Contexts, core: ParserContext) -> Failure:
    if word.startswith("-"):
        flags = [*(contexts[task].flag_names() if task else ()), *core.flag_names()]
        owner, remedy = (f" of `{task}`", f"invoke --help {task}") if task else ("", "invoke --help")
        return refusal(
            f"there is no option `{word}`{owner}{_meant(nearest(word, flags))}",
            remedy=f"`{remedy}` lists them.",
        )
    names = [each for context in contexts.values() for each in (context.name or "", *context.aliases)]
    near = _inner(word, task, names) or nearest(word, names)
    meant = [near] if near else _by_last_part(word, names)
    return refusal(f"there is no task `{word}`{_meant(*meant)}", remedy="`invoke --list` names all tasks.")


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like it; empty when none is."""
    lower = {each.lower(): each for each in known}
    found = get_close_matches(word.lower(), lower, n=1, cutoff=ALIKE)
    return lower[found[0]] if found else ""


def _inner(word: str, task: str | None, names: Iterable[str]) -> str:
    """`backup list` is typed for `backup.list`; the task `backup` is called `backup.take` here."""
    group = f"{(task or '').partition('.')[0]}."
    parts = {name.removeprefix(group): name for name in names if task and name.startswith(group)}
    return parts.get(nearest(word, parts), "")


def _by_last_part(word: str, names: Iterable[str]) -> list[str]:
    """`verify` is typed for `backup.verify`, and `list` for one of several."""
    parts: dict[str, list[str]] = {}
    for name in names:
        parts.setdefault(name.rpartition(".")[2], []).append(name)
    return parts.get(nearest(word, parts), [])


def _meant(*near: str) -> str:
    return f"; did you mean {' or '.join(f'`{each}`' for each in near)}?" if near else "."

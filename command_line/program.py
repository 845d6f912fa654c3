"""What Invoke's program does better in this project: misspelt words, help, completion, narrow terminals."""

import os
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from inspect import getdoc
from itertools import pairwise
from shutil import get_terminal_size

from invoke.exceptions import Exit, ParseError
from invoke.main import program
from invoke.program import Program

HELP = ("--help", "-h")
WORD = {"ps": "--service", "certs.show": "--party"}
"""Tasks that take a word or none, which Invoke does not know, and the option that it is short for."""
NARROWEST = 24
"""Columns that a description needs beside its name; with fewer it stands below."""


class CommandLine(Program):
    """Invoke's program with these methods in the place of its own; everything else stays Invoke's."""

    def parse_tasks(self) -> None:
        """Also `TASK --help` where the task takes a word; an unknown word is answered by the nearest."""
        self._take_help()
        self._take_word()
        with self._answered():
            super().parse_tasks()

    def parse_cleanup(self) -> None:
        """Also completion of values; whoever closes the pipe early is no error."""
        if self.args.complete.value:
            self._complete()
        with self._answered(), _read_to_its_end():
            super().parse_cleanup()

    def print_task_help(self, name: str) -> None:
        """Usage, what the task does with an example, and its options."""
        context = self.parser.contexts[name]
        words = "".join(f" {each.name.upper()}" for each in context.positional_args)
        print(f"Usage: invoke {name}{words}{' [options]' if context.flags else ''}\n")
        width = max(NARROWEST, get_terminal_size().columns - 1)
        for line in (getdoc(self.collection[name]) or "").splitlines():
            margin = self.leading_indent
            print(textwrap.fill(line.strip(), width, initial_indent=margin, subsequent_indent=margin))
        print("\nOptions:")
        self.print_columns(context.help_tuples())

    def print_columns(self, tuples: Sequence[tuple[str, str | None]]) -> None:
        """Names and descriptions side by side, or one below the other where the terminal is narrow."""
        width = max(NARROWEST, get_terminal_size().columns - 1)
        column = max(len(name) for name, _ in tuples) + self.leading_indent_width + self.col_padding
        beside = width - column >= NARROWEST
        margin = " " * (column if beside else 2 * self.leading_indent_width)
        for name, description in tuples:
            lines = textwrap.wrap(description or "", width - len(margin))
            first = [f"{self.leading_indent}{name:<{column - 2}}{lines.pop(0)}"] if beside and lines else []
            print("\n".join((first or [self.leading_indent + name]) + [margin + line for line in lines]))
        print()

    def _take_help(self) -> None:
        """`logs --help` means `--help logs`; Invoke would take `--help` for the name of a service."""
        words = self.core.unparsed
        asked = next((number for number, word in enumerate(words) if word in HELP), None)
        if asked:
            names = self._names()
            known = [word for word in words[:asked] if word in names]
            self.args.help.value = known[-1] if known else words[0]
            words.clear()

    def _take_word(self) -> None:
        """`ps api` means `ps --service api`."""
        words = self.core.unparsed
        for number, (word, following) in reversed(list(enumerate(pairwise(words)))):
            if word in WORD and not following.startswith("-") and following not in self._names():
                words.insert(number + 1, WORD[word])

    def _names(self) -> set[str]:
        return {each for name, others in self.collection.task_names.items() for each in (name, *others)}

    @contextmanager
    def _answered(self) -> Iterator[None]:
        """Turns what the parser says into words for a person and exit status 2."""
        try:
            yield
        except (ParseError, ValueError) as error:
            from command_line.misspelling import answer  # noqa: PLC0415  # difflib is for errors only

            refused = answer(error, self.parser.contexts, self.initial_context)
            raise Exit(f"✗ {refused}", refused.exit_code) from None

    def _complete(self) -> None:
        from command_line.candidates import candidates  # noqa: PLC0415

        words = self.argv[self.argv.index("--") + 1 :] if "--" in self.argv else []
        described = bool(os.environ.get("BEM_DESCRIBED"))
        with _read_to_its_end():
            for each in candidates(
                words, self.collection, self.parser.contexts.values(), self.initial_context
            ):
                print(f"{each.word}\t{each.description}" if described and each.description else each.word)
        raise Exit


@contextmanager
def _read_to_its_end() -> Iterator[None]:
    """Whoever closes the pipe early (`| head`) has enough: exit status 141, as other programs, no words."""
    from operation.reporting import unread  # noqa: PLC0415

    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        raise Exit(code=unread()) from None


def attach() -> None:
    """Gives the program that runs these methods, however it was started: `invoke`, `inv`, `./ops`.

    Invoke loads tasks.py in the middle of its program, and nothing in its settings names another program.
    """
    program.__class__ = CommandLine

"""What a subcommand is made of."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

from bench.row import Rows
from operation.progress import Progress


@dataclass(frozen=True)
class Subject:
    """Something to measure.

    Attributes:
        name: of the subcommand, and of its part of the measurements' file.
        says: its help, one sentence.
        arguments: adds the options that are its own.
        measure: gives rows as they come, so that those measured before a failure are not lost.
    """

    name: str
    says: str
    arguments: Callable[[ArgumentParser], None]
    measure: Callable[[Namespace, Progress], Rows]


def positive(text: str) -> int:
    """A whole number from 1, for argparse.

    Raises:
        ValueError: for anything else.
    """
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number

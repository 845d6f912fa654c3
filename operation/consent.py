"""Asking before something is lost."""

import sys

from operation.failure import refusal


def ask(question: str, *, yes: bool) -> None:
    """Goes on when the person agrees, or has agreed by `--yes`.

    Raises:
        Failure: when they do not, or nobody is there to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise refusal(
            f"{question} Nobody is there to answer.", remedy="add --yes when that is what you want."
        )
    if input(f"{question} [y/N] ").strip().lower() not in {"y", "yes"}:
        raise refusal("not agreed.")


def ask_name(question: str, name: str, given: str) -> None:
    """Goes on when the stack's name was typed, or given on the command line.

    Raises:
        Failure: when it was not.
    """
    typed = given or (input(f"{question} Type the stack's name: ").strip() if sys.stdin.isatty() else "")
    if typed != name:
        raise refusal(
            f"{question} That needs the stack's name.", remedy=f"type it, or add --destroy-data={name}."
        )

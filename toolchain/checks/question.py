"""Questions to the host, asked all at once, so that one that hangs holds up no other."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from operation.failure import Failure
from toolchain.checks.check import Check, unhealthy

SECONDS = 2.2
"""Patience in all; with Python's start the doctor answers within three seconds."""


@dataclass(frozen=True)
class Question:
    """Something to look at.

    Attributes:
        group: toolchain, host or stack.
        name: what to call it when there is no answer.
        ask: looks, changes nothing, and gives one line or several.
    """

    group: str
    name: str
    ask: Callable[[], Sequence[Check]]


def answers(questions: Sequence[Question], seconds: float = SECONDS) -> dict[str, list[Check]]:
    """Asks all, and gives the answers in their order by group; who says nothing in time is unhealthy.

    A thread that hangs is left behind: it is a daemon, and ends with the process.
    """
    said: dict[int, Sequence[Check]] = {}
    threads = [
        threading.Thread(target=_answer, args=(said, number, question), daemon=True)
        for number, question in enumerate(questions)
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    groups: dict[str, list[Check]] = {}
    for number, question in enumerate(questions):
        checks = said.get(number) or [_silent(question, seconds)]
        groups.setdefault(question.group, []).extend(checks)
    return groups


def _answer(said: dict[int, Sequence[Check]], number: int, question: Question) -> None:
    try:
        said[number] = question.ask()
    except Failure as failure:
        said[number] = [unhealthy(question.name, failure.what, failure.remedy or failure.meaning)]
    except ImportError as error:
        remedy = "remove .venv, then `./ops setup`"
        said[number] = [unhealthy(question.name, f"the Python environment lacks {error.name}", remedy)]
    except Exception as error:  # noqa: BLE001  # a doctor that dies of one illness says nothing of the others
        found = f"{type(error).__name__}: {error}".splitlines()[0]
        remedy = "this was not foreseen: look at what it names"
        said[number] = [unhealthy(question.name, found, remedy)]


def _silent(question: Question, seconds: float) -> Check:
    remedy = "ask again; when it stays so, what it asks hangs (Docker, a disk), or the host is overloaded"
    return unhealthy(question.name, f"no answer within {seconds:g} s", remedy)

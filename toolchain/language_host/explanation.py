"""Why a program failed, in its own lines: loaded by its path, in the program's own Python."""

import asyncio
import contextlib
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final

INTERNAL: Final = ("asyncio", "concurrent", "pulumi")
"""Packages whose lines say nothing about the program."""
MACHINERY: Final = "<frozen "
_ORIGIN: Final = "_bem_origin"


def keep_origins(loop: asyncio.AbstractEventLoop) -> None:
    """Makes tasks note where they failed: asyncio forgets it when a task is awaited a second time."""

    def task(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> Any:
        made: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
        made.add_done_callback(_note)
        return made

    loop.set_task_factory(task)


def _note(task: "asyncio.Task[Any]") -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None and not hasattr(error, _ORIGIN):
        with contextlib.suppress(AttributeError):
            setattr(error, _ORIGIN, error.__traceback__)


def explained(error: BaseException) -> str:
    """An error's traceback with the program's own lines only; with all lines when none is the program's."""
    _restore(error)
    report = traceback.TracebackException.from_exception(error)
    parts = list(_chain(report))
    kept = [own(part.stack) for part in parts]
    if any(kept) or isinstance(error, SyntaxError):
        for part, stack in zip(parts, kept, strict=True):
            part.stack = stack
    return "".join(report.format())


def _restore(error: BaseException | None) -> None:
    """Gives an error and its causes the lines back that asyncio forgot."""
    while error is not None:
        origin: TracebackType | None = getattr(error, _ORIGIN, None)
        lines = own(traceback.extract_tb(origin))
        if lines and lines[-1] not in traceback.extract_tb(error.__traceback__):
            error.__traceback__ = origin
        error = error.__cause__ or error.__context__


def _chain(report: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    """A report and those of its causes, contexts and groups."""
    yield report
    for inner in (report.__cause__, report.__context__, *(getattr(report, "exceptions", None) or ())):
        if inner is not None:
            yield from _chain(inner)


def own(stack: traceback.StackSummary) -> traceback.StackSummary:
    """The frames that are not the host's, the SDK's, or Python's machinery."""
    internal = [sys.modules[name].__file__ for name in INTERNAL if name in sys.modules]
    folders = [f"{Path(file).parent}{os.sep}" for file in (__file__, *internal) if file]
    hidden = (MACHINERY, *folders)
    kept = [frame for frame in stack if not frame.filename.startswith(hidden)]
    return traceback.StackSummary.from_list(kept)

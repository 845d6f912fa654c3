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

MACHINES: Final = ("asyncio", "concurrent")
"""Packages whose lines say nothing to anybody, as long as there are others."""
INTERNAL: Final = (*MACHINES, "pulumi")
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
    """An error's traceback with the program's own lines only.

    When none is the program's: the SDK's, else Python's, but no line for what the engine answered. Never the
    host's.
    """
    _restore(error)
    alone = _drop_calls(error) or isinstance(error, SyntaxError)
    report = traceback.TracebackException.from_exception(error)
    parts = list(_chain(report))
    levels: tuple[tuple[str, ...], ...] = (INTERNAL,) if alone else (INTERNAL, MACHINES, ())
    shown = ([own(part.stack, hidden) for part in parts] for hidden in levels)
    for part, stack in zip(
        parts, next(filter(any, shown), [traceback.StackSummary()] * len(parts)), strict=True
    ):
        part.stack = stack
    return "".join(report.format())


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from; they may go round in a ring."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def _restore(error: BaseException) -> None:
    """Gives an error and its causes the lines back that asyncio forgot."""
    for each in _causes(error):
        origin: TracebackType | None = getattr(each, _ORIGIN, None)
        lines = own(traceback.extract_tb(origin)) or own(traceback.extract_tb(origin), MACHINES)
        if lines and lines[-1] not in traceback.extract_tb(each.__traceback__):
            each.__traceback__ = origin


def _drop_calls(error: BaseException) -> bool:
    """Leaves out calls to the engine that an error was raised for: it says the engine's answer itself.

    Returns:
        Whether there was one.
    """
    found = False
    for each in _causes(error):
        if type(each.__context__).__module__.startswith("grpc"):
            each.__suppress_context__ = found = True
    return found


def _chain(report: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    """A report and those of its causes, contexts and groups."""
    yield report
    for inner in (report.__cause__, report.__context__, *(getattr(report, "exceptions", None) or ())):
        if inner is not None:
            yield from _chain(inner)


def own(stack: traceback.StackSummary, packages: tuple[str, ...] = INTERNAL) -> traceback.StackSummary:
    """The frames that are not the host's, Python's machinery, or of these packages."""
    internal = [sys.modules[name].__file__ for name in packages if name in sys.modules]
    folders = [f"{Path(file).parent}{os.sep}" for file in (__file__, *internal) if file]
    hidden = (MACHINERY, *folders)
    kept = [frame for frame in stack if not frame.filename.startswith(hidden)]
    return traceback.StackSummary.from_list(kept)

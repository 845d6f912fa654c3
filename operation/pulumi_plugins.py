"""Pulumi's plugins, which outlive an engine that was killed for a moment: what they have begun, they end."""

from contextlib import suppress
from typing import TYPE_CHECKING

from operation.containers import wait_for
from operation.stack import Stack

if TYPE_CHECKING:
    import psutil

PROGRAMS = (
    "pulumi-resource-",
    "pulumi-language-",
    "toolchain.provider",
    "toolchain.language_host",
    "pulumi.dynamic",
)
"""What is in the command line of a plugin, official or standing in."""

OWN_END_SECONDS = 10.0
"""Plugins notice within a second or two that their engine is gone; a request to Docker may take longer."""
ASKED_END_SECONDS = 30.0


def await_end(stack: Stack) -> int:
    """Waits until no plugin works on the stack any more, and ends those that stay.

    Only for who knows that the stack's engine is dead: a plugin that still makes a network would make it
    beside the next engine's.

    Returns:
        how many there were.

    Raises:
        Failure: when one cannot be ended.
    """
    found = of_stack(stack)
    for ending in ("wait", "terminate", "kill"):
        left = [each for each in found if _runs(each)]
        if not left:
            break
        if ending != "wait":
            _each(left, ending)
        _settled(left, OWN_END_SECONDS)
    wait_for(lambda: not any(map(_runs, found)), ASKED_END_SECONDS, "the end of Pulumi's plugins")
    return len(found)


def of_stack(stack: Stack) -> "list[psutil.Process]":
    """Plugins whose environment names the stack's state."""
    import psutil  # noqa: PLC0415

    return [each for each in psutil.process_iter() if _is_plugin(each, f"file://{stack.folder / 'pulumi'}")]


def _is_plugin(process: "psutil.Process", backend: str) -> bool:
    import psutil  # noqa: PLC0415

    try:
        words = process.cmdline()
        if not any(program in word for word in words for program in PROGRAMS):
            return False
        return process.environ().get("PULUMI_BACKEND_URL") == backend
    except (psutil.Error, OSError):
        return False


def _runs(process: "psutil.Process") -> bool:
    import psutil  # noqa: PLC0415

    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _each(processes: "list[psutil.Process]", ending: str) -> None:
    import psutil  # noqa: PLC0415

    for process in processes:
        with suppress(psutil.Error):
            getattr(process, ending)()


def _settled(processes: "list[psutil.Process]", seconds: float) -> None:
    from operation.failure import Failure  # noqa: PLC0415

    with suppress(Failure):
        wait_for(lambda: not any(map(_runs, processes)), seconds, "the end of Pulumi's plugins")

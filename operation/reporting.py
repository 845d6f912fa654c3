"""How every task ends: a Failure as a sentence, an interruption as what it left, never a traceback."""

import functools
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from invoke.collection import Collection
from invoke.exceptions import Exit

INTERRUPTED = 130
"""128 + SIGINT, as shells count it."""
UNREAD = 141
"""128 + SIGPIPE."""


def reported(namespace: Collection) -> Collection:
    """Wraps the body of every task in a collection, and in those within it."""
    for task in namespace.tasks.values():
        if not getattr(task.body, "reported", False):
            task.body = _reported(task.body)
    for inner in namespace.collections.values():
        reported(inner)
    return namespace


def _reported(body: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(body)
    def run(*args: Any, **kwargs: Any) -> Any:
        from operation.failure import Failure  # noqa: PLC0415

        signal.signal(signal.SIGTERM, _terminated)
        threading.excepthook = _in_a_thread
        try:
            return body(*args, **kwargs)
        except Failure as failure:
            log = f"\n  log: {failure.log}" if failure.log else ""
            raise Exit(f"✗ {failure}{log}", failure.exit_code) from None
        except KeyboardInterrupt:
            raise Exit("✗ interrupted; the same command goes on from there.", INTERRUPTED) from None
        except Exit:
            raise
        except BrokenPipeError:
            raise Exit(code=unread()) from None
        except Exception as error:  # noqa: BLE001  # the last net
            raise Exit(_unforeseen(error), 1) from None

    run.reported = True  # type: ignore[attr-defined]
    return run


def unread() -> int:
    """Whoever read our output has enough; what is still buffered must not fail at the end either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UNREAD


def _terminated(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _in_a_thread(error: threading.ExceptHookArgs) -> None:
    """A library's own thread that an interruption tears down is no news for a person."""
    if error.exc_value is not None:
        _keep(error.exc_value)


def _keep(error: BaseException) -> Path:
    """Keeps a trace for whoever mends it."""
    folder = Path(__file__).resolve().parent.parent / ".ops"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "unforeseen.log"
    with path.open("a") as file:
        path.chmod(0o600)
        file.write(f"{' '.join(sys.argv)}\n{''.join(traceback.format_exception(error))}\n")
    return path


def _unforeseen(error: Exception) -> str:
    """A message for what nobody foresaw."""
    path = _keep(error)
    return (
        f"✗ {type(error).__name__}: {error}\n"
        f"  this means: something that this project did not foresee; details are in {path}\n"
        "  do: `invoke status`; the same command may be typed again."
    )

"""Logs as one JSON object a line on standard output, each with the request that it belongs to."""

import json
import logging
import sys
import threading
import time
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The id of the request that the running task serves; empty outside of any."""

STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "taskName"}
QUIET = {"psycopg": logging.CRITICAL, "psycopg.pool": logging.CRITICAL, "uvicorn": logging.WARNING}
"""Libraries that say in many lines what we say in one when the database comes and goes."""


class JsonLine(logging.Formatter):
    """Formats a record; of an exception its type and place, not its words: they may quote a client."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if REQUEST.get():
            line["request_id"] = REQUEST.get()
        line |= {key: value for key, value in record.__dict__.items() if key not in STANDARD}
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["traceback"] = "".join(traceback.format_tb(record.exc_info[2]))
        return json.dumps(line, default=str)


PAUSE = 0.1
"""Seconds that a line waits for others at most. A line for each request, written by itself, took a sixth of
the service's time, and woke Docker as often."""

MOST = 200
"""Lines that wait for others."""


class Batched(logging.Handler):
    """Writes lines by the dozen: at once with a warning, when there are many, and else after a moment.

    Nothing is lost at an orderly end; a process that is killed takes the last moment's lines along.

    Args:
        stream: where lines go.
        pause: see `PAUSE`.
    """

    def __init__(self, stream: TextIO, pause: float = PAUSE) -> None:
        super().__init__()
        self._stream = stream
        self._pause = pause
        self._lines: list[str] = []
        self._due = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Takes a line; `logging` has the lock."""
        self._lines.append(self.format(record))
        if record.levelno >= logging.WARNING or len(self._lines) >= MOST:
            self.flush()
        elif not self._due.is_set():
            self._due.set()

    def flush(self) -> None:
        """Writes what waits."""
        self.acquire()
        try:
            lines, self._lines = self._lines, []
            if lines:
                self._stream.write("\n".join([*lines, ""]))
                self._stream.flush()
        finally:
            self.release()

    def _run(self) -> None:
        while True:
            self._due.wait()
            time.sleep(self._pause)
            self._due.clear()
            self.flush()


def log_to_stdout() -> None:
    """Sends every log of the process through `JsonLine`."""
    handler = Batched(sys.stdout)
    handler.setFormatter(JsonLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)

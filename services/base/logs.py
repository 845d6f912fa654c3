"""Logs as one JSON object a line on standard output, each with the request that it belongs to."""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

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


def log_to_stdout() -> None:
    """Sends every log of the process through `JsonLine`."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)

"""The audit log: who did what, when, for how long, and how it ended."""

import getpass
import json
import os
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from operation.stack import Stack


class Entry(BaseModel):
    """One line of `.ops/<stack>/audit.jsonl`.

    Attributes:
        at: when the operation started (UTC).
        who: the account, and the one behind sudo when there is one.
        what: the task and its arguments, secrets never among them.
        seconds: how long it took.
        outcome: `succeeded`, `unchanged`, `failed` or `interrupted`.
        detail: one line more.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: datetime
    who: str
    what: str
    seconds: float
    outcome: str
    detail: str = ""


def actor() -> str:
    """The account that acts, as `root (for alice)` behind sudo."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    behind = os.environ.get("SUDO_USER")
    return f"{user} (for {behind})" if behind and behind != user else user


def record(stack: Stack, entry: Entry) -> None:
    """Appends one line and makes it durable; a line is one `write`, so writers do not mix."""
    path = stack.make_folder() / "audit.jsonl"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, (entry.model_dump_json() + "\n").encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def entries(stack: Stack) -> list[Entry]:
    """All lines, oldest first; a line cut short by a power loss is passed over."""
    return read(stack)[0]


def read(stack: Stack) -> tuple[list[Entry], int]:
    """All lines that can be read, oldest first, and how many were passed over."""
    try:
        text = (stack.folder / "audit.jsonl").read_text(errors="replace")
    except FileNotFoundError:
        return [], 0
    found, damaged = [], 0
    for line in text.split("\n"):
        try:
            if line.strip():
                found.append(Entry(**json.loads(line)))
        except (ValueError, TypeError):
            damaged += 1
    return found, damaged


def now() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)

"""Which process makes something, so that a later one can tell whether it still does."""

import os
from pathlib import Path
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_START_FIELD: Final = 19
"""Of `/proc/<pid>/stat` behind the command's name: when the process began, in ticks since boot (man proc)."""


def this() -> str:
    """This process: the host's boot, the process' number, and when it began. Numbers are used again."""
    return f"{_boot()} {os.getpid()} {_began(os.getpid())}"


def lives(made_by: str) -> bool:
    """Whether that process still runs on this host; one of another host counts as gone.

    Args:
        made_by: what `this` gave.
    """
    boot, _, rest = made_by.partition(" ")
    number, _, began = rest.partition(" ")
    if not boot or boot != _boot() or not number.isdecimal() or int(number) == os.getpid():
        return False
    return bool(began) and _began(int(number)) == began


def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


def _began(number: int) -> str:
    """Empty for a process that is not there, or that has ended and is not yet fetched."""
    try:
        state, *rest = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    return "" if state in {"Z", "X"} else rest[_START_FIELD - 1]

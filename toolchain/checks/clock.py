"""The clock: disciplined by something, and the same as the engine's; without asking the network."""

import ctypes
import os
import struct
from datetime import datetime

from toolchain.checks.check import Check, healthy, unhealthy, warning
from toolchain.checks.engine import Answer

UNSYNCHRONISED = 0x40
"""STA_UNSYNC of adjtimex(2)."""
TIMEX = struct.Struct("@I4li")
TIMEX_BYTES = 512
"""More than the kernel's structure has on any machine."""
WARN_SECONDS, FAIL_SECONDS = 2.0, 60.0
"""A certificate or a point in time is off by as much; S3 refuses 15 minutes, a new certificate one."""


def kernel_status() -> int | None:
    """The kernel's flags about its clock, or None when it does not tell."""
    buffer = ctypes.create_string_buffer(TIMEX_BYTES)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if library.adjtimex(buffer) < 0:
            return None
    except (OSError, AttributeError):
        return None
    return int(TIMEX.unpack_from(buffer)[-1])


def synchronised(status: int | None, keeper: str = "") -> Check:
    """Whether something keeps the clock right; `keeper` is a program that runs and says that it does."""
    name = "clock is kept"
    if status is None:
        return warning(name, "the kernel does not tell", "compare it with a clock that you trust")
    if not status & UNSYNCHRONISED:
        return healthy(name, "synchronised")
    found = f"not synchronised, though {keeper} runs" if keeper else "not synchronised"
    return warning(
        name,
        found,
        "install chrony or systemd-timesyncd; restores go by the clock, and 15 minutes off S3 refuses",
    )


def keeper() -> str:
    """The name of a time service that runs here, or nothing."""
    known = {"chronyd", "ntpd", "systemd-timesyn", "openntpd", "ptp4l"}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                with open(f"/proc/{entry.name}/comm", encoding="utf-8") as file:  # noqa: PTH123  # fast
                    name = file.read().strip()
            except OSError:
                continue
            if name in known:
                return name
    return ""


def skew(answer: Answer) -> float | None:
    """Seconds that the engine's clock is ahead of ours, as far as the question's own time lets it be told."""
    try:
        theirs = datetime.fromisoformat(str(answer.info["SystemTime"])).timestamp()
    except (KeyError, ValueError):
        return None
    if answer.before <= theirs <= answer.after:
        return 0.0
    return theirs - (answer.after if theirs > answer.after else answer.before)


def agreement(answer: Answer) -> Check:
    """Our clock beside the engine's."""
    name, apart = "clock of the engine", skew(answer)
    if apart is None:
        return warning(name, "it does not tell its time", "compare `date` here and there")
    found = f"{abs(apart):.1f} s {'ahead of' if apart > 0 else 'behind'} this one" if apart else "the same"
    remedy = "set both by the same time service; certificates, restores and S3 go by them"
    if abs(apart) >= FAIL_SECONDS:
        return unhealthy(name, found, remedy)
    return warning(name, found, remedy) if abs(apart) >= WARN_SECONDS else healthy(name, found)

"""What this host has that can start something at a time."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from operation.failure import refusal
from schedules.schedule import Kind

BOOTED = Path("/run/systemd/system")
"""There while systemd runs the host: sd_booted(3)."""
DAEMONS = {"cron", "crond", "fcron"}


@dataclass(frozen=True)
class Host:
    """What is there.

    Attributes:
        systemd: systemd runs, and lets this account have timers.
        crontab: there is a command `crontab`.
        daemon: a process that reads crontabs runs.
    """

    systemd: bool
    crontab: bool
    daemon: bool


def host() -> Host:
    """Looks at this host."""
    return Host(systemd=_systemd(), crontab=shutil.which("crontab") is not None, daemon=daemon_runs())


def chosen(kind: str, host: Host, *, only_shown: bool = False) -> Kind:
    """The kind that was asked for; for `auto` the first that the host has: systemd, cron, foreground.

    Args:
        kind: what was asked for.
        host: what the host has.
        only_shown: nothing will be made, so the host need not have it.

    Raises:
        Failure: when that kind is none, or the host has not what it needs.
    """
    if kind == "auto":
        if host.systemd:
            return Kind.SYSTEMD
        return Kind.CRON if host.crontab and host.daemon else Kind.FOREGROUND
    if kind not in set(Kind):
        raise refusal(f"{kind!r} is no kind.", remedy=f"one of auto, {', '.join(Kind)}.")
    if kind == Kind.SYSTEMD and not (host.systemd or only_shown):
        raise refusal("systemd does not run this host, or gives this account no timers.", remedy=_OTHERWISE)
    if kind == Kind.CRON and not (host.crontab or only_shown):
        raise refusal("this host has no command `crontab`.", remedy=_OTHERWISE)
    return Kind(kind)


_OTHERWISE = "leave --kind out: what this host has is taken."


def is_root() -> bool:
    """Whether timers are the system's, and not a user's."""
    return os.geteuid() == 0


def runtime_folder() -> Path:
    """Where a user's own systemd listens; cron and sudo do not say it."""
    return Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.geteuid()}")


def daemon_runs() -> bool:
    """Whether a process that reads crontabs runs."""
    import psutil  # noqa: PLC0415

    return any(_reads_crontabs(process) for process in psutil.process_iter(["name", "cmdline"]))


def _reads_crontabs(process: object) -> bool:
    facts = getattr(process, "info", {})
    words = facts.get("cmdline") or []
    return facts.get("name") in DAEMONS or (facts.get("name") == "busybox" and "crond" in words)


def _systemd() -> bool:
    if not BOOTED.is_dir() or shutil.which("systemctl") is None:
        return False
    return is_root() or (runtime_folder() / "systemd" / "private").exists()

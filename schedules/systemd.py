"""systemd timers: written, started, asked and removed. As root they are the system's, else the user's own."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from operation.failure import Failure
from operation.stack import Stack
from schedules import host
from schedules.schedule import Schedule, identity, mark, owner
from schedules.units import units

SECONDS = 30
SYSTEM = Path("/etc/systemd/system")


@dataclass(frozen=True)
class Timer:
    """What systemd says of a timer.

    Attributes:
        active: it is started and will elapse.
        following: when it elapses next, if systemd knows.
    """

    active: bool
    following: datetime | None


def folder() -> Path:
    """Where units of this account lie."""
    if host.is_root():
        return SYSTEM
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def install(stack: Stack, schedule: Schedule) -> None:
    """Writes the two units and starts the timer; taken back when systemd refuses it.

    Raises:
        Failure: with systemd's own words.
    """
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    for name, text in units(stack, schedule, system=host.is_root()).items():
        _write(place / name, text)
    try:
        systemctl("daemon-reload")
        systemctl("enable", f"{identity(stack, schedule.name)}.timer")
        systemctl("restart", f"{identity(stack, schedule.name)}.timer")
    except Failure:
        remove(stack, schedule.name)
        raise


def remove(stack: Stack, name: str = "") -> int:
    """Removes the units of one schedule, or of all that the stack has; others' are never looked into.

    Returns:
        how many units there were.
    """
    ours = found(stack, name)
    timers = [path.name for path in ours if path.suffix == ".timer"]
    if timers:
        systemctl("disable", "--now", *timers, must=False)
        systemctl("clean", "--what=state", *timers, must=False)
    for path in ours:
        path.unlink(missing_ok=True)
        (folder() / "timers.target.wants" / path.name).unlink(missing_ok=True)
    if ours:
        systemctl("daemon-reload", must=False)
        systemctl("reset-failed", *(path.name for path in ours), must=False)
    return len(ours)


def found(stack: Stack, name: str = "") -> list[Path]:
    """Our units: by the name of the file and by the mark in its first line."""
    wanted = mark(stack, name) if name else f"{owner(stack)} schedule="
    return [path for path in sorted(folder().glob("bem-*")) if _first_line(path, whole=bool(name)) == wanted]


def intact(stack: Stack, schedule: Schedule) -> bool:
    """Whether the units say what they said when they were made."""
    texts = units(stack, schedule, system=host.is_root())
    return all(_content(folder() / name) == text for name, text in texts.items())


def asked(stack: Stack, names: Sequence[str]) -> dict[str, Timer]:
    """What systemd says of the timers of these schedules; those that it does not answer for are left out."""
    by_unit = {f"{identity(stack, name)}.timer": name for name in names}
    said = systemctl(
        "show", "--timestamp=unix", "--property=Id,ActiveState,NextElapseUSecRealtime", *by_unit, must=False
    )
    blocks = [dict(line.partition("=")[::2] for line in block.splitlines()) for block in said.split("\n\n")]
    return {by_unit[each["Id"]]: _timer(each) for each in blocks if each.get("Id") in by_unit}


def lingers() -> bool:
    """Whether this account's timers elapse while it is not logged in; root's always do."""
    import getpass  # noqa: PLC0415

    return host.is_root() or Path("/var/lib/systemd/linger", getpass.getuser()).exists()


def _timer(facts: dict[str, str]) -> Timer:
    seconds = facts.get("NextElapseUSecRealtime", "").removeprefix("@")
    moment = datetime.fromtimestamp(int(seconds), UTC) if seconds.isdecimal() and int(seconds) else None
    return Timer(facts.get("ActiveState") == "active", moment)


def _first_line(path: Path, *, whole: bool) -> str:
    line = _content(path).partition("\n")[0].removeprefix("# ")
    return line if whole else line[: line.find("schedule=") + len("schedule=")]


def _content(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text)
    fresh.chmod(0o644)
    fresh.replace(path)


def systemctl(*words: str, must: bool = True) -> str:
    """What systemd answers; an empty word when it does not, and need not.

    Raises:
        Failure: with its own words, when it must and does not.
    """
    argv = ["systemctl", *([] if host.is_root() else ["--user"]), "--no-pager", *words]
    environment = {**os.environ, "LC_ALL": "C", "XDG_RUNTIME_DIR": str(host.runtime_folder())}
    try:
        done = subprocess.run(
            argv, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        if not must:
            return ""
        raise Failure(f"systemctl cannot be asked ({error}).", "no timer was started.") from error
    if must and done.returncode:
        raise Failure(
            f"`{' '.join(argv)}` failed: {done.stderr.strip()}",
            "the timer does not run; its units were removed again.",
            "mend what systemd says, or choose another --kind.",
        )
    return done.stdout

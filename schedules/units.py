"""The text of a schedule's systemd units."""

import re

from operation.failure import refusal
from operation.stack import Stack
from schedules.on_calendar import made_up, on_calendar
from schedules.schedule import Schedule, fire_argv, identity, mark

UNSAFE = re.compile(r"[\x00-\x1f\x7f\"'\\]")
"""What systemd takes in no program's path."""

SERVICE = """\
# {mark}
# Made by `invoke {made_by}`; `invoke schedule.remove {name} --stack {stack}` removes it.
[Unit]
Description={description}
{after}
[Service]
Type=oneshot
ExecStart={command}
KillMode=mixed
TimeoutStopSec=15min
"""

TIMER = """\
# {mark}
[Unit]
Description={description}

[Timer]
{calendar}
RandomizedDelaySec={jitter}
FixedRandomDelay=true
AccuracySec=1s
Persistent=true

[Install]
WantedBy=timers.target
"""

AFTER = """\
After=docker.service network-online.target
Wants=network-online.target
"""


def units(stack: Stack, schedule: Schedule, *, system: bool) -> dict[str, str]:
    """File name to text: the service and its timer.

    Raises:
        Failure: when the checkout's path cannot stand in a unit.
    """
    unit = identity(stack, schedule.name)
    description = _escaped(f"{schedule.typed()} for stack {stack.name}")
    service = SERVICE.format(
        mark=mark(stack, schedule.name),
        made_by=f"{schedule.job[0].partition('.')[0]}.schedule",
        name=schedule.name,
        stack=stack.name,
        description=description,
        after=AFTER if system else "",
        command=exec_start(fire_argv(stack, schedule.name)),
    )
    timer = TIMER.format(
        mark=mark(stack, schedule.name),
        description=f"When: {_escaped(schedule.cron)}; {description}",
        calendar="\n".join(
            f"OnCalendar={each}" for each in (*on_calendar(schedule.cron), *made_up(schedule.cron))
        ),
        jitter=schedule.jitter,
    )
    return {f"{unit}.service": service, f"{unit}.timer": timer}


def exec_start(argv: list[str]) -> str:
    """A command line as systemd reads it; the colon keeps it from looking for variables.

    Raises:
        Failure: when a word has quotes, backslashes or control characters.
    """
    if any(UNSAFE.search(word) for word in argv):
        raise refusal(
            f"{argv[0]!r} has a character that no unit can hold.",
            remedy="move the checkout to a plainer path, or choose another --kind.",
        )
    return ":" + " ".join(_quoted(word) for word in argv)


def _quoted(word: str) -> str:
    plain = _escaped(word)
    return plain if re.fullmatch(r"[\w/.,=%@+:-]+", plain, re.ASCII) else f'"{plain}"'


def _escaped(text: str) -> str:
    """Percent signs are systemd's specifiers."""
    return text.replace("%", "%%")

"""What is known of one schedule: next run, last run, and what is wrong with it."""

from dataclasses import dataclass
from datetime import datetime

from operation.stack import Stack
from schedules import record, store
from schedules.clock import zone_of
from schedules.due import missed, upcoming
from schedules.record import Outcome, Run
from schedules.schedule import Schedule, offset


@dataclass(frozen=True)
class Seen:
    """What the host says of a schedule.

    Attributes:
        fault: why it will not run, with what to do; empty when it will.
        everywhere: the fault is the host's, and so the same for every schedule.
        following: when its next run is, where the host knows better than arithmetic.
    """

    fault: str = ""
    everywhere: bool = False
    following: datetime | None = None


@dataclass(frozen=True)
class Row:
    """One schedule as `schedule.list` and `status` show it.

    Attributes:
        name: of the schedule.
        job: what runs, as a person would type it.
        cron: when.
        kind: what starts it.
        jitter_seconds: by which a run is put off at most.
        next: ISO 8601, in the zone that the schedule goes by; None when nothing will start it.
        last_started: the same.
        last_seconds: how long the last run took.
        last_outcome: `succeeded`, `failed`, `busy`, `interrupted`, `killed`, `running`; None without a run.
        last_good: when a run last ended well.
        last_log: file.
        wrong: sentences, each with what to do.
    """

    name: str
    job: str
    cron: str
    kind: str
    jitter_seconds: int
    next: str | None
    last_started: str | None
    last_seconds: float | None
    last_outcome: str | None
    last_good: str | None
    last_log: str | None
    wrong: tuple[str, ...]


def row(stack: Stack, schedule: Schedule, seen: Seen, now: datetime) -> Row:
    """Puts together what files, clock and host say."""
    zone = zone_of(schedule.kind)
    last = record.last(stack, schedule.name)
    at_work = store.is_held(stack, schedule.name)
    served = last.model_copy(update={"served": last.started}) if last and at_work else last
    following = seen.following or upcoming(schedule, served, now, zone, offset(stack, schedule))

    def written(moment: datetime | None) -> str | None:
        return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None

    return Row(
        name=schedule.name,
        job=schedule.typed(),
        cron=schedule.cron,
        kind=str(schedule.kind),
        jitter_seconds=schedule.jitter,
        next=None if seen.fault else written(following),
        last_started=written(last.started if last else None),
        last_seconds=last.seconds if last else None,
        last_outcome=outcome(last, at_work=at_work),
        last_good=written(last.good if last else None),
        last_log=last.log if last else None,
        wrong=tuple(_wrong(schedule, seen, last, now, at_work=at_work)),
    )


def outcome(last: Run | None, *, at_work: bool) -> str | None:
    """How the last run ended; one that says it runs while nobody is at work was killed."""
    if last is None:
        return None
    return "killed" if last.outcome is Outcome.RUNNING and not at_work else str(last.outcome)


def _wrong(schedule: Schedule, seen: Seen, last: Run | None, now: datetime, *, at_work: bool) -> list[str]:
    whose = "schedules" if seen.everywhere else f"schedule {schedule.name}"
    found = [f"{whose}: {seen.fault}"] if seen.fault else []
    again = f"`invoke schedule.fire {schedule.name}` runs it now"
    how = outcome(last, at_work=at_work)
    if last is not None and how in {"failed", "busy", "interrupted", "killed"}:
        why = f": {last.detail.rstrip('.')}" if last.detail else ""
        found.append(f"schedule {schedule.name}: its last run {_VERBS[how]}{why}; read {last.log}; {again}.")
    due = missed(schedule, last, now, zone_of(schedule.kind))
    if due is not None and not at_work and how not in {"interrupted", "killed"}:
        when = due.astimezone(zone_of(schedule.kind)).isoformat(timespec="minutes")
        found.append(f"schedule {schedule.name}: no run since one was due at {when}; {again}.")
    return found


_VERBS = {
    "failed": "failed",
    "busy": "found no moment to work",
    "interrupted": "was interrupted",
    "killed": "was killed",
}

"""Proof by restore: a backup counts when a database has come out of it that is as the living one was."""

import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from backups import lineage, recovery, server, switch
from backups.borrowed import give_back
from backups.catalog import Catalog, read_catalog
from backups.engine import REPOSITORIES
from backups.outlook import rates
from backups.outlook.stopwatch import FILL, REPLAY, Stopwatch
from backups.plan import Plan
from backups.points import seam
from backups.proof import Facts, gather
from backups.proving import examination, point, point_archive, point_comparison, proofs
from backups.proving.examination import statements
from backups.proving.point import Point
from backups.scratch import remove_volume, scratch
from backups.soundness import Archives, lacked, named
from backups.target import Target
from backups.ways import plans
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

__all__ = ["Proof", "statements", "verify"]


@dataclass(frozen=True)
class Proof:
    """The verdict on one repository.

    Attributes:
        at: when it ended.
        repository: `local` or `s3`.
        label: the backup that was restored; empty when none could be.
        recovered_to: newest second in the restored database.
        seconds: of the whole restore and recovery.
        rows: exact rows by table.
        problems: what was found wrong; empty is good.
        mark: the point of the living database at which recovery paused; empty when it took all WAL.
        recorded: rows by table that the living database had at the point.
        compared: whether they were compared; not when transactions ended in the very moment of the point.
    """

    at: datetime
    repository: str
    label: str
    recovered_to: datetime | None
    seconds: float
    rows: dict[str, int]
    problems: tuple[str, ...]
    mark: str = ""
    recorded: dict[str, int] = field(default_factory=dict)
    compared: bool = False

    @property
    def good(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.problems


@dataclass
class Findings:
    """What a proof has found so far; a failure in its middle leaves the rest as it is here."""

    label: str = ""
    mark: str = ""
    compared: bool = False
    facts: Facts = field(default_factory=lambda: Facts(checksums=False))
    problems: list[str] = field(default_factory=list)


def verify(stack: Stack, repository: int, progress: Progress) -> Proof:
    """Restores the newest backup of one repository into a scratch, looks at every page, keeps the verdict.

    Recovery pauses at a point that the living database makes first; where none lives, it takes all WAL.
    What cannot be restored is a verdict, too.

    Raises:
        Failure: when nothing could be tried: no scratch, or a living database that makes no point.
    """
    volume, name = stack.object_name(f"scratch-{secrets.token_hex(3)}"), REPOSITORIES[repository]
    started, findings = datetime.now(UTC), Findings()
    living = switch.alive(stack)
    made = point.make(living, started) if living is not None else None
    if living is not None:
        give_back(living)  # what it cannot give is a hole, and the verdict says so
    try:
        with scratch(stack, volume) as target:
            try:
                with progress.step(f"restore from {name}") as say:
                    _prove(stack, target, repository, made, findings, say)
            except Failure as failure:
                findings.problems.append(failure.what)
    finally:
        remove_volume(volume)
    proof = _verdict(findings, name, started, made)
    proofs.keep(stack, name, proof.at, {**asdict(proof), "at": proof.at.isoformat(), "good": proof.good})
    return proof


def _prove(
    stack: Stack, target: Any, repository: int, made: Point | None, findings: Findings, say: Any
) -> None:
    if made is not None:
        say("waiting for its WAL")
        point_archive.wait_until_archived(target, stack.settings.backups.stanza, repository, made.segment)
    catalog = read_catalog(target, stack.settings.backups.stanza, lineage.recorded(stack))
    plan = _plan(catalog, repository, made)
    findings.label, findings.mark = plan.backup.label, plan.mark.name if plan.mark else ""
    _refuse_holes(Archives(target, stack.settings.backups.stanza, catalog), plan)
    _recover(stack, target, plan, say)
    say("counting rows")
    findings.facts = gather(target, count=True)
    if made is not None and plan.pauses:
        _compare(target, made, findings)
    findings.problems += seam.faults(stack, target, made.mark.at if made is not None else None)
    server.promote(target)
    _examine(stack, target, findings, say)


def _recover(stack: Stack, target: Any, plan: Plan, say: Any) -> None:
    """Fills the scratch and replays to the point, or to the end of the WAL; how long each takes is kept."""
    backups = stack.settings.backups
    say(f"restoring {plan.backup.label}")
    stopwatch = Stopwatch(plan)
    with stopwatch.lap(FILL):
        recovery.fill(target, backups.stanza, plan, backups.processes)
    say("replaying WAL")
    with stopwatch.lap(REPLAY):
        server.start(target, options=("archive_mode=off",))
        if plan.pauses:
            recovery.wait_for_target(target)
        else:
            recovery.wait_for_end(target)
    stopwatch.reached(target)
    rates.keep(stack, stopwatch.proof())


def _refuse_holes(archives: Archives, plan: Plan) -> None:
    """Each repository is proven by itself: what the other one could give does not count."""
    gone = lacked(archives, plan)
    if gone:
        raise Failure(
            f"{named(gone)} is missing in its archive: it cannot be restored from beyond that",
            "a restore would need the other repository.",
            f"`invoke backup --repo {REPOSITORIES[plan.backup.repository]}` makes a new begin.",
        )


def _plan(catalog: Catalog, repository: int, made: Point | None) -> Plan:
    """To the point; to the end of the WAL without one, and when no backup had ended before it."""
    to_point = point.way(catalog, repository, made.mark) if made is not None else None
    if to_point is not None:
        return to_point
    try:
        return plans(Target(latest=True), catalog, datetime.now(UTC), repository)[0]
    except Failure as failure:
        words = catalog.silent.get(repository, failure.what)
        raise Failure(
            f"repository {REPOSITORIES[repository]} cannot be restored from: {words}",
            "a disaster now would have to be mended from the other repository.",
            f"`invoke backup --repo {REPOSITORIES[repository]}`, then verify again.",
        ) from failure


def _compare(target: Any, made: Point, findings: Findings) -> None:
    ended = point_comparison.ended_between(target, made)
    findings.problems += point_comparison.differences(made, findings.facts, ended)
    findings.compared = not ended


def _examine(stack: Stack, target: Any, findings: Findings, say: Any) -> None:
    say("checking heaps and indexes")
    findings.problems += [] if findings.facts.checksums else ["data pages carry no checksums"]
    findings.problems += examination.structures(target) + examination.answers(stack, target)
    server.stop(target)
    say("checking every page")
    findings.problems += examination.pages(target)


def _verdict(findings: Findings, repository: str, started: datetime, made: Point | None) -> Proof:
    ended = datetime.now(UTC)
    return Proof(
        at=ended,
        repository=repository,
        label=findings.label,
        recovered_to=findings.facts.heartbeat,
        seconds=round((ended - started).total_seconds(), 1),
        rows=findings.facts.rows,
        problems=tuple(findings.problems),
        mark=findings.mark,
        recorded=made.rows if made is not None and findings.mark else {},
        compared=findings.compared,
    )

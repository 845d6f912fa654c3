"""What a person reads of drills."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from drills.document import PHASES, Runbook
from drills.evidence import Evidence, Journal, State
from drills.verdict import rpo_met, rto_met

MARGIN = "  "


def result(evidence: Evidence, signed: str) -> str:
    """The table at the end of a drill.

    Args:
        evidence: the drill's.
        signed: by which key the journal is signed, or why not.
    """
    journal = evidence.journal
    mark = "✓" if journal.state is State.PASSED else "✗"
    rows = [("drill", f"{mark} {journal.runbook}: {journal.state}"), *_figures(journal)]
    rows += [("why", reason) for reason in journal.verdict]
    rows += [("signature", signed), ("evidence", str(evidence.path))]
    if evidence.report.exists():
        rows.append(("report", str(evidence.report)))
    return _aligned(rows)


def content(evidence: Evidence, signed: str) -> dict[str, object]:
    """The journal, for JSON, where it and its page are, and by which key it is signed, or why not."""
    paths = {"evidence": str(evidence.path), "report": _page(evidence), "signature": signed}
    return {**evidence.journal.model_dump(mode="json"), **paths}


def plan(runbook: Runbook, stack: str) -> str:
    """What a drill would execute."""
    lines = [f"# {runbook.title}", f"# on a twin of stack {stack}, restored from its backups"]
    for phase in PHASES:
        for cell in runbook.phases[phase]:
            words = f", output with {cell.contains!r}" if cell.contains else ""
            limit = f"exit status {cell.exit}{words}, {cell.timeout:.0f} s at most"
            lines.append(f"\n# {phase}: {cell.name} ({runbook.path.name}:{cell.line}; {limit})")
            lines.append(textwrap.indent(cell.script.rstrip(), MARGIN))
    return "\n".join(lines)


@dataclass(frozen=True)
class Row:
    """One runbook in the list.

    Attributes:
        fault: what is wrong with the file; empty when nothing is.
        last: its newest drill.
    """

    name: str
    runbook: Runbook | None
    fault: str
    last: Evidence | None

    @property
    def content(self) -> dict[str, object]:
        """For JSON; durations in seconds."""
        book, journal = self.runbook, self.last.journal if self.last else None
        measured = journal.measured if journal else None
        return {
            "name": self.name,
            "title": book.title if book else None,
            "rto_objective": book.objectives.rto if book else None,
            "rpo_objective": book.objectives.rpo if book else None,
            "schedule": book.schedule if book else None,
            "fault": self.fault or None,
            "last": journal.state if journal else None,
            "last_at": journal.started_at.isoformat(timespec="seconds") if journal else None,
            "last_rto": measured.recovery.seconds if measured else None,
            "last_rows_lost": measured.loss.rows if measured and measured.loss else None,
            "evidence": str(self.last.path) if self.last else None,
            "report": _page(self.last) if self.last else None,
        }


def listing(rows: Sequence[Row]) -> str:
    """Runbooks, their objectives, and how their last drill ended."""
    paragraphs = [
        _aligned([(row.name, _title(row)), ("", _objectives(row)), ("", _last(row)), ("", _report(row))])
        for row in rows
    ]
    return "\n".join(paragraphs) or "there are no runbooks."


def _title(row: Row) -> str:
    return row.runbook.title if row.runbook else f"refused: {row.fault}"


def _objectives(row: Row) -> str:
    book = row.runbook
    if book is None:
        return ""
    return f"RTO {book.objectives.rto:.0f} s, RPO {book.objectives.rpo:.0f} s, {book.schedule}"


def _last(row: Row) -> str:
    if row.last is None:
        return "never drilled"
    journal = row.last.journal
    seconds = journal.measured.recovery.seconds if journal.measured else None
    figure = f", RTO {seconds:.1f} s" if seconds is not None else ""
    return f"last drill {journal.started_at:%Y-%m-%d %H:%M} UTC: {journal.state}{figure}"


def _report(row: Row) -> str:
    page = _page(row.last) if row.last else None
    return f"report {page}" if page else ""


def _page(evidence: Evidence) -> str | None:
    return str(evidence.report) if evidence.report.exists() else None


def _figures(journal: Journal) -> list[tuple[str, str]]:
    measured = journal.measured
    if measured is None:
        return []
    seconds, lost, writes = measured.recovery.seconds, measured.loss, measured.writes
    took = "not reached" if seconds is None else f"{seconds:.1f} s"
    reads = measured.read_recovery.seconds
    rows = [("RTO", f"{took} (objective {journal.rto_objective:.0f} s) {_met(met=rto_met(journal))}")]
    rows.append(("", f"reads: {'no outage, or not back' if reads is None else f'{reads:.1f} s'}"))
    gone = "not known" if lost is None else f"{lost.rows} rows, {lost.seconds:.1f} s"
    rows.append(("RPO", f"{gone} (objective {journal.rpo_objective:.0f} s) {_met(met=rpo_met(journal))}"))
    there = f": {lost.unknown_present} there, {lost.unknown_absent} not" if lost else ""
    rows.append(("unknown", f"{writes.unknown} rows without an answer{there}"))
    sent = f"{writes.requests} rows sent, {writes.acknowledged} acknowledged, {writes.refused} refused"
    rows.append(("witness", f"{sent}; itself at most {writes.latest:.2f} s late"))
    return rows


def _met(*, met: bool) -> str:
    return "met" if met else "NOT MET"


def _aligned(rows: Sequence[tuple[str, str]]) -> str:
    rows = [row for row in rows if any(row)]
    width = max(len(first) for first, _ in rows)
    return "\n".join(f"{first:<{width}}{MARGIN}{second}".rstrip() for first, second in rows)

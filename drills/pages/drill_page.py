"""The page of one drill: the verdict first, then what it rests on."""

from drills.evidence import JOURNAL, LEDGER, Journal, State
from drills.pages import objectives, steps
from drills.pages.environment import rendered
from drills.pages.testimony import Testimony
from drills.pages.timeline import FATES, timeline
from drills.pages.timeline_chart import timeline_chart

GLYPHS = {State.PASSED: "✓", State.FAILED: "✗", State.INTERRUPTED: "✗", State.RUNNING: "…"}
MEANINGS = {
    "good": "did what was asked",
    "lost": "acknowledged, and gone afterwards",
    "refused": "answered with a no",
    "unknown": "no answer",
}


def drill_page(journal: Journal, heard: Testimony, signed: str = "") -> str:
    """HTML, whole in itself.

    Args:
        journal: the drill's.
        heard: what its witness left.
        signed: by which key the journal is signed, or why not; empty when nobody looked.
    """
    line = timeline(journal, heard.entries)
    return rendered(
        "report.html.j2",
        journal=journal,
        glyph=GLYPHS[journal.state],
        summary=summary(journal),
        rows=objectives.rows(journal),
        bars=objectives.bars(journal),
        line=line,
        drawing=timeline_chart(line) if line else None,
        fates=FATES,
        meanings=_meanings(journal),
        notes=_notes(journal, heard),
        steps=steps.shown(journal),
        digest=heard.sha256,
        signed=signed,
        files=(JOURNAL, LEDGER) if heard.sha256 else (JOURNAL,),
    )


def summary(journal: Journal) -> str:
    """What the verdict means, one sentence."""
    if journal.state is State.PASSED:
        return "Every step did what the runbook says, and both objectives were met."
    if journal.state is State.RUNNING:
        return "This drill is still under way."
    if journal.fault_at is None:
        return "Nothing was broken, so nobody knows yet whether this runbook works."
    if journal.state is State.INTERRUPTED:
        return "The drill did not come to its end, so it proves nothing."
    return "In a real disaster this runbook would not do what it promises."


def _meanings(journal: Journal) -> dict[str, str]:
    """What the colours mean; nothing is known to be lost before the rows are read back."""
    measured = journal.measured
    if measured is not None and measured.loss is not None:
        return MEANINGS
    return MEANINGS | {"good": "did what was asked; whether the rows are still there was not read"}


def _notes(journal: Journal, heard: Testimony) -> list[str]:
    """What a reader of the time line has to know."""
    lost = journal.measured.loss if journal.measured else None
    unnamed = "Which rows are gone is not in this journal, so they are drawn as good."
    return [
        *([heard.complaint] if heard.complaint else []),
        *([unnamed] if lost and lost.rows and not lost.gone else []),
    ]

"""What a person sees of the figures: what is wrong first, then tables and charts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.console import words
from services.console.chart import Chart, Span, chart
from services.console.figures import Figures
from services.console.prometheus import Series
from services.console.survey import step_of

WINDOWS: tuple[tuple[str, float, str], ...] = (
    ("1h", 3600.0, "1 hour"),
    ("6h", 6 * 3600.0, "6 hours"),
    ("1d", 86400.0, "1 day"),
    ("7d", 7 * 86400.0, "7 days"),
)
"""Choices of how far curves go back: in the address, in seconds, in words."""

CHARTS: tuple[tuple[str, str, str, Callable[[float], str]], ...] = (
    ("rate", "Requests", "service", words.rate),
    ("slow", "Latency, 99 of 100 requests", "service", words.duration),
    ("errors", "Requests that failed", "service", words.share),
    ("segment_age", "Age of the newest restore point", "repository", words.duration),
)


@dataclass(frozen=True)
class View:
    """A page's content.

    Attributes:
        headline: one sentence.
        well: nothing is wrong.
        wrong: a sentence for each thing that is, beside the alerts.
    """

    headline: str
    well: bool
    wrong: Sequence[str]
    figures: Figures
    charts: Sequence[Chart]


def view(figures: Figures) -> View:
    """Decides what stands on the page."""
    wrong = list(_wrong(figures))
    count = len(wrong) + len(figures.alerts)
    well = not count
    headline = "Everything is well" if well else f"{count} {'thing is' if count == 1 else 'things are'} wrong"
    end = figures.at.timestamp()
    begin = next(text for _, seconds, text in WINDOWS if seconds == figures.seconds)
    span = Span(end - figures.seconds, end, step_of(figures.seconds), f"{begin} ago")
    charts = [
        chart(key, title, _named(figures.curves[key], label), span, say) for key, title, label, say in CHARTS
    ]
    return View(headline, well, wrong, figures, charts)


def _wrong(figures: Figures) -> list[str]:
    """What the tables show in red, so that nobody has to search it; alerts come later, and say more."""
    said = [
        f"{each.role}: {each.up} of {each.wanted} replicas answer"
        for each in figures.services
        if each.up < each.wanted
    ]
    said += [f"repository {each.name} does not answer" for each in figures.repositories if not each.answers]
    said += [
        f"repository {each.name} has nothing newer than {words.duration(each.segment_age)}"
        for each in figures.repositories
        if each.answers and each.late
    ]
    if not figures.repositories:
        said.append("nobody has looked into the backups' repositories yet")
    said += [
        f"{each.role}'s certificate " + (f"ends in {words.days(each.left)}" if each.left > 0 else "has ended")
        for each in figures.certificates
        if each.share is not None and each.share < 1 / 6
    ]
    said += [f"the last drill of {each.runbook} failed" for each in figures.drills if not each.passed]
    return said


def _named(series: Sequence[Series], label: str) -> list[tuple[str, Series]]:
    return sorted(((each.labels.get(label, ""), each) for each in series), key=lambda pair: pair[0])

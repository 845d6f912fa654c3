"""The time line as a drawing: what became of the requests, when it broke, and when it was back."""

from collections import Counter
from collections.abc import Iterable, Iterator

from drills.ledger import Kind
from drills.pages.drawing import Bar, Drawing, Label, Line, Stack
from drills.pages.scale import Scale, ticks, time_step
from drills.pages.timeline import FATES, Bin, Timeline
from drills.pages.words import count, offset, seconds

MARK_ROWS = 3
ROW = 18
WRITES_TOP, WRITES_HEIGHT = MARK_ROWS * ROW + 26, 132
READS_TOP, READS_HEIGHT = WRITES_TOP + WRITES_HEIGHT + 28, 44
AXIS = READS_TOP + READS_HEIGHT
LANES_TOP, LANE = AXIS + 42, 30
SPARE = 0.9
"""Share of a bin's width that its bars take."""

MOST_TICKS = 6


def timeline_chart(line: Timeline) -> Drawing:
    """Requests by the moment of sending, marks above them, phases below."""
    across = Scale(line.start, line.end, 0.0, 100.0)
    lines, labels = _axis(line, across)
    for row, mark in enumerate(_marks(line)):
        at, words, kind = mark
        x = across.at(at)
        lines.append(Line(x, row * ROW + 4, x, AXIS, kind))
        labels.append(_beside(x, row * ROW + 14, words, kind))
    stacks = [*_piles(line, across, Kind.WRITE), *_piles(line, across, Kind.READ), *_lanes(line, across)]
    labels += [
        Label(0, WRITES_TOP - 8, f"writes, {seconds(line.width)} a bar"),
        Label(0, READS_TOP - 8, "reads"),
        *_lane_labels(line),
    ]
    height = LANES_TOP - 12 + LANE * len(line.spans)
    return Drawing(
        "timeline", _title(line), described(line), height, tuple(stacks), tuple(lines), tuple(labels)
    )


def described(line: Timeline) -> str:
    """The picture in a few sentences."""
    writes, reads = line.total(Kind.WRITE), line.total(Kind.READ)
    said = f"Writes: {_counted(writes)}. Reads: {_counted(reads)}."
    if not line.broken:
        return f"{said} Nothing was broken."
    if line.recovered is None:
        return f"{said} Writes never were steadily good again."
    return f"{said} Writes were steadily good again {seconds(line.recovered)} after the fault."


def _title(line: Timeline) -> str:
    zero = "the fault" if line.broken else "the first request"
    return f"Requests of the witness, in time from {zero}"


def _counted(fates: Counter[str]) -> str:
    return ", ".join(f"{fates[fate]:,} {fate}" for fate in FATES if fates[fate] or fate == "good")


def _axis(line: Timeline, across: Scale) -> tuple[list[Line], list[Label]]:
    """Ticks under the requests; words that would reach over an edge are turned inwards."""
    lines = [Line(0, AXIS, 100, AXIS, "axis")]
    labels = []
    for value in ticks(line.start, line.end, time_step(line.end - line.start, MOST_TICKS)):
        x = across.at(value)
        lines.append(Line(x, AXIS, x, AXIS + 5, "axis"))
        anchor = "start" if x < 5 else "end" if x > 95 else "middle"  # noqa: PLR2004  # percent
        labels.append(Label(x, AXIS + 19, offset(value), anchor))
    return lines, labels


def _marks(line: Timeline) -> Iterator[tuple[float, str, str]]:
    if not line.broken:
        return
    yield 0.0, "fault", "mark-fault"
    if line.recovered is not None:
        yield line.recovered, f"steadily good again, {offset(line.recovered)}", "mark-recovered"
    if line.objective <= line.end:
        yield line.objective, f"objective, {offset(line.objective)}", "mark-objective"


def _beside(x: float, y: float, words: str, kind: str) -> Label:
    """Words on that side of a mark where there is room."""
    return Label(x, y, f" {words}", "start", kind) if x < 50 else Label(x, y, f"{words} ", "end", kind)  # noqa: PLR2004


def _piles(line: Timeline, across: Scale, kind: Kind) -> Iterator[Stack]:
    """A pile for each bin; all bins of a kind share one scale."""
    of_writes = kind is Kind.WRITE
    top, height = (WRITES_TOP, WRITES_HEIGHT) if of_writes else (READS_TOP, READS_HEIGHT)
    piles = [(bin_, bin_.writes if of_writes else bin_.reads) for bin_ in line.bins]
    most = max((pile.total() for _, pile in piles), default=0)
    down = Scale(0, most, 0, height)
    for bin_, pile in piles:
        if pile:
            yield Stack(
                _told(bin_, pile, line.width), tuple(_pile(bin_, pile, across, down, top, line.width))
            )


def _pile(
    bin_: Bin, pile: Counter[str], across: Scale, down: Scale, top: float, width: float
) -> Iterable[Bar]:
    left, right = across.at(bin_.start), across.at(bin_.start + width)
    y = top + down.end
    for fate in FATES:
        if pile[fate]:
            height = down.at(pile[fate])
            y = round(y - height, 3)
            yield Bar(left, y, round((right - left) * SPARE, 3), height, fate)


def _told(bin_: Bin, pile: Counter[str], width: float) -> str:
    fates = ", ".join(f"{pile[fate]} {fate}" for fate in FATES if pile[fate])
    requests = count(pile.total(), "request")
    return f"{offset(bin_.start)} to {offset(bin_.start + width)}: {requests}: {fates}"


def _lanes(line: Timeline, across: Scale) -> Iterator[Stack]:
    for number, span in enumerate(line.spans):
        left, right = across.at(span.start), across.at(span.end)
        y = LANES_TOP + number * LANE
        bars = (Bar(0, y, 100, 8, "lane"), Bar(left, y, max(right - left, 0.4), 8, "phase"))
        yield Stack(f"{span.phase}: {offset(span.start)} to {offset(span.end)}", bars)


def _lane_labels(line: Timeline) -> Iterator[Label]:
    for number, span in enumerate(line.spans):
        took = f"{span.phase}, {seconds(round(span.end - span.start, 1))}"
        yield Label(0, LANES_TOP + number * LANE - 5, took)

"""What can be drawn: plain shapes at places that were decided elsewhere; `chart.html.j2` makes them SVG.

Across, places are percents of whatever width the page has; down, they are pixels. So one drawing fits a
telephone, a wide window and paper, and its words keep their size.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """A rectangle; `kind` is its class in the style sheet, as for all shapes."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Stack:
    """Bars that belong together, and what they say when somebody points at them."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str


@dataclass(frozen=True)
class Label:
    """Words; `anchor` is `start`, `middle` or `end`."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    kind: str = "note"


@dataclass(frozen=True)
class Mark:
    """One point; its shape follows its kind, so that nobody needs to tell colours apart."""

    x: float
    y: float
    kind: str
    title: str


@dataclass(frozen=True)
class Drawing:
    """All of a picture.

    Attributes:
        name: unique on its page.
        title: what it shows, short.
        description: the same as a sentence with figures, for those who do not see it.
        height: in pixels.
        dense: marks stand close together.
    """

    name: str
    title: str
    description: str
    height: float
    stacks: tuple[Stack, ...] = ()
    lines: tuple[Line, ...] = ()
    labels: tuple[Label, ...] = ()
    marks: tuple[Mark, ...] = ()
    dense: bool = False

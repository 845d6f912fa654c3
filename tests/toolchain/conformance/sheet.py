"""What was expected and what was found, point by point: the readable side of the conformance suite."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ABSENT = "(nothing)"


@dataclass(frozen=True)
class Point:
    """One thing that was looked at.

    Attributes:
        case: the test.
        what: the thing, in words.
        expected: by the SDK's schema and the documentation.
        found: with the plugin that ran.
    """

    case: str
    what: str
    expected: object
    found: object

    @property
    def same(self) -> bool:
        """Whether the plugin did as expected."""
        return self.expected == self.found


@dataclass
class Sheet:
    """The points of one case.

    Attributes:
        case: its name.
        points: all that was looked at so far.
    """

    case: str
    points: list[Point] = field(default_factory=list)

    def note(self, what: str, expected: object, found: object) -> None:
        """One point."""
        self.points.append(Point(self.case, what, expected, found))

    def compare(
        self,
        what: str,
        expected: Mapping[str, object],
        found: Mapping[str, object],
        *,
        all_of_it: bool = False,
    ) -> None:
        """A point for each name.

        Args:
            what: the names' common heading.
            expected: by name.
            found: by name.
            all_of_it: names that nobody expected count, too.
        """
        for name in sorted({*expected, *(found if all_of_it else ())}):
            self.note(f"{what}: {name}", expected.get(name, ABSENT), found.get(name, ABSENT))

    def settle(self) -> None:
        """The end of a case.

        Raises:
            AssertionError: the plugin does something else somewhere.
        """
        differing = [point for point in self.points if not point.same]
        assert not differing, f"{len(differing)} of {len(self.points)} points differ:\n{table(differing)}"


def table(points: Iterable[Point]) -> str:
    """Points as lines of four columns."""
    rows = [("case", "what", "expected", "found")]
    rows += [(point.case, point.what, _text(point.expected), _text(point.found)) for point in points]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]))
        for row in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _text(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text.replace("\n", " ")[:60]

"""Copies of one database, by whatever made them: seconds and bytes, and the rows that they become."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.row import Row
from bench.series import Series

MEGABYTE = 1e6


@dataclass(frozen=True)
class Copy:
    """One backup.

    Attributes:
        seconds: from its command's start to its end.
        size: bytes that it added to what is kept, without archived WAL.
    """

    seconds: float
    size: int


def compared(
    what: str, goal: str, ours: Sequence[Copy], peer: str = "", theirs: Sequence[Copy] = ()
) -> Iterator[Row]:
    """A row of seconds and a row of bytes, beside the peer's for the same where there is one."""
    yield _row(what, goal, seconds(ours), peer, seconds(theirs) if theirs else None)
    yield _row("the same: kept", "", sizes(ours), peer, sizes(theirs) if theirs else None)


def shares(goals: tuple[str, str], part: Sequence[Copy], whole: Sequence[Copy]) -> Iterator[Row]:
    """An incremental backup's seconds and bytes, in parts of a hundred of the full one's, by medians."""
    for what, goal, one, all_ in (
        ("time", goals[0], seconds(part), seconds(whole)),
        ("bytes", goals[1], sizes(part), sizes(whole)),
    ):
        value = round(100 * one.median / all_.median, 1)
        yield Row(f"the same: part of its full backup's {what}", goal, Series((value,), "%"))


def seconds(copies: Sequence[Copy]) -> Series:
    """How long each took."""
    return Series(tuple(each.seconds for each in copies))


def sizes(copies: Sequence[Copy]) -> Series:
    """How many MB (10^6 bytes) each kept."""
    return Series(tuple(each.size / MEGABYTE for each in copies), "MB")


def _row(what: str, goal: str, measured: Series, peer: str, beside: Series | None) -> Row:
    return Row(what, goal, measured, peer if beside else "", beside)

"""What is to be done for one object, and which of its versions nobody needs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def models(module: Callable[[str], Any]) -> Any:
    """The tool's module."""
    return module("models")


def history(models: Any, *entries: tuple[float, str]) -> Any:
    """A key's history from minutes and contents, the newest first; no content is a delete marker."""
    made = tuple(
        models.Entry("key", f"v{minutes}", not text, at(minutes), (text, len(text)))
        for minutes, text in entries
    )
    return models.History("key", made)


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        (((1, "a"),), "as_it_was"),
        (((8, "b"), (1, "a")), "rewrite"),
        (((8, "a"), (1, "a")), "as_it_was"),
        (((8, ""), (1, "a")), "rewrite"),
        (((8, "b"),), "delete"),
        (((8, ""), (7, "b")), "absent"),
        (((7, "b"), (2, ""), (1, "a")), "delete"),
        (((30, "c"), (8, "b"), (1, "a")), "younger"),
        (((30, ""), (1, "a")), "younger"),
    ],
)
def test_step(models: Any, entries: tuple[tuple[float, str], ...], kind: str) -> None:
    """Back to minute 5, taking back what came up to minute 20; what came later is not touched."""
    assert models.step(history(models, *entries), at(5), at(20))[0] == kind


def test_versions_that_nobody_needs(models: Any) -> None:
    """Neither the newest, nor one of a point, nor the one that was current when the last day began."""
    found = history(models, *((minutes, "x") for minutes in (50, 40, 30, 20, 10, 0)))
    gone = models.superfluous(found, [at(25)], at(35))
    assert [each.at for each in gone] == [at(10), at(0)]
    assert models.superfluous(history(models, (0, "x")), [], at(35)) == ()
    assert models.superfluous(history(models, (9, ""), (0, "x")), [at(5)], at(35)) == ()

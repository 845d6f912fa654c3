"""How old a proof may be."""

import pytest

from backups.proving.proof_chain import Kept
from backups.proving.window import age, overdue
from tests.backups.scene import at


def proof(minutes: float, *problems: str) -> Kept:
    """A proof that ended then."""
    return Kept(
        number=1,
        before="",
        key="k",
        at=at(minutes),
        repository="local",
        label="L",
        good=not problems,
        problems=problems,
    )


GOOD, BAD = proof(0), proof(30, "amcheck: heap\nmore")


def test_proof_within_its_window() -> None:
    """To its very end."""
    assert overdue("local", GOOD, GOOD, 2, at(119.9)) == ""


@pytest.mark.parametrize(
    ("newest", "good", "words"),
    [
        (GOOD, GOOD, "local was proven 2 h ago, and 2 h are allowed"),
        (None, None, "no backup in local was ever proven"),
        (BAD, None, "the newest proof of local is bad (amcheck: heap)"),
        (BAD, GOOD, "the newest proof of local is bad"),
    ],
)
def test_what_is_wrong_is_told(newest: Kept | None, good: Kept | None, words: str) -> None:
    """Too old, missing, or bad, also beside a good one of before; and what to do."""
    said = overdue("local", newest, good, 2, at(120.1))
    assert said.startswith(words)
    assert said.endswith("`invoke backup.verify --repo local`.")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (-5, "0 min"), (119, "119 min"), (120, "2 h"), (2879, "47 h"), (2880, "2 days")],
)
def test_age_in_words(minutes: float, words: str) -> None:
    """As large as a person needs it; a clock that was behind is no age."""
    assert age(GOOD, at(minutes)) == words

"""The audit log as a person or a program reads it."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from operation import audit
from operation.audit import Entry
from operation.failure import Failure
from operation.history import Wanted, chosen, history, lines, took
from operation.stack import Stack

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def entry(hours: float, what: str = "up", outcome: str = "succeeded", detail: str = "") -> Entry:
    """One that began so many hours ago."""
    at = NOW - timedelta(hours=hours)
    return Entry(at=at, who="root (for alice)", what=what, seconds=83.2, outcome=outcome, detail=detail)


LOG = [
    entry(50, "up", detail="42 created"),
    entry(30, "backup --type full", "failed", "no room"),
    entry(20, "backup.verify"),
    entry(1, "backup --type incr", "interrupted"),
]


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A terminal an hour before UTC."""
    monkeypatch.setenv("TZ", "CET-1")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), LOG),
        (Wanted(limit=0), LOG),
        (Wanted(limit=1), LOG[3:]),
        (Wanted(since="24h"), LOG[2:]),
        (Wanted(since="90m"), LOG[3:]),
        (Wanted(since="2d"), LOG[1:]),
        (Wanted(since="2026-11-24T17:00:00+01:00"), LOG[2:]),
        (Wanted(outcome="failed"), LOG[1:2]),
        (Wanted(task="backup"), LOG[1:]),
        (Wanted(task="backup.verify"), LOG[2:3]),
        (Wanted(task="back"), []),
        (Wanted(task="backup", limit=1, outcome="failed"), LOG[1:2]),
    ],
)
def test_what_was_asked_for(wanted: Wanted, found: list[Entry]) -> None:
    """Oldest first, so that the newest stands above the prompt."""
    assert chosen(LOG[::-1], wanted, NOW) == found


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(limit=-1), "less than nothing"),
        (Wanted(outcome="good"), "no outcome 'good'"),
        (Wanted(since="7x"), "'7x' is not a time"),
        (Wanted(since="2026-11-24T17:00:00"), "no offset"),
        (Wanted(since="999999w"), "before all time"),
    ],
)
def test_question_that_cannot_be_meant(wanted: Wanted, words: str) -> None:
    """Refused with exit status 2."""
    with pytest.raises(Failure, match=words) as refused:
        chosen(LOG, wanted, NOW)
    assert refused.value.exit_code == 2


@pytest.mark.usefixtures("berlin")
def test_line_is_one_where_it_fits() -> None:
    """Local time with its offset."""
    first, second, *_ = lines(LOG, 120)
    assert first.startswith("2026-11-23 11:00:00+01:00  1 min 23 s  ✓ succeeded    up       ")
    assert first.endswith("  root (for alice)  42 created")
    assert second.index("root") == first.index("root")


@pytest.mark.parametrize("width", [10, 30, 60])
@pytest.mark.usefixtures("berlin")
def test_narrow_terminal_gets_paragraphs(width: int) -> None:
    """No line is longer than the terminal, and nothing is left out."""
    found = lines(
        [entry(1, "restore --to 2026-11-24T03:10:00+01:00", detail="generation 2, timeline 3")], width
    )
    assert len(found) > 1
    assert max(map(len, found)) <= max(width, 40)
    assert "generation 2, timeline 3" in " ".join(" ".join(found).split())


def test_for_a_program(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Times in UTC."""
    audit.record(stack, LOG[0])
    history(stack, Wanted(), as_json=True)
    [found] = json.loads(capsys.readouterr().out)
    assert found["at"] == "2026-11-23T10:00:00Z"
    assert (found["who"], found["what"], found["seconds"]) == ("root (for alice)", "up", 83.2)


def test_empty_log(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Said in words, and an empty list for a program; no file is made."""
    history(stack, Wanted(), as_json=False)
    history(stack, Wanted(), as_json=True)
    assert capsys.readouterr().out == "nothing has changed stack try yet.\n[]\n"
    assert not stack.folder.exists()


def test_nothing_that_is_like_that(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Says how many there are."""
    audit.record(stack, LOG[0])
    history(stack, Wanted(outcome="failed"), as_json=False)
    assert capsys.readouterr().out == "nothing of 1 operation(s) on stack try is like that.\n"


@pytest.mark.parametrize(
    "damage", [b'{"at": "2026-1', b"\xff\xfe\x00\n", b"[1]\n", b'{"at": 1}\n', b"null\n"]
)
def test_damaged_line_is_passed_over(stack: Stack, damage: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """And counted, on standard error."""
    audit.record(stack, LOG[0])
    path = stack.folder / "audit.jsonl"
    path.write_bytes(path.read_bytes() + damage)
    history(stack, Wanted(), as_json=True)
    out, err = capsys.readouterr()
    assert len(json.loads(out)) == 1
    assert err == "! 1 damaged line(s) of the audit log passed over\n"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (59.4, "59 s"),
        (60, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (7505, "2 h 5 min"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float, words: str) -> None:
    """As a person says them."""
    assert took(seconds) == words

from datetime import datetime, timedelta

import pytest

from backups.vault import complaint, record
from infra.looks import safety
from infra.status import Status
from operation.stack import Stack
from tests.backups.vault.scene import NOW, STOLEN, found


def test_record_comes_back_as_it_was_kept(stack: Stack) -> None:
    """Private, and with its times in UTC."""
    kept = record.of_look(found(**STOLEN))
    record.keep(stack, kept)
    assert record.last(stack) == kept
    assert (stack.folder / record.FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"at": "yesterday"}'])
def test_record_that_cannot_be_read_is_none(stack: Stack, text: str) -> None:
    """The next look mends it; `status` does not fail for it."""
    (stack.make_folder() / record.FILE).write_text(text)
    assert record.last(stack) is None
    assert complaint.complaints(stack) == []


def test_what_is_not_mended_is_counted_again() -> None:
    """The next look begins where this one did; after a calm one it begins there."""
    calm, alarmed = record.of_look(found()), record.of_look(found(**STOLEN))
    assert (calm.next_since, alarmed.next_since) == (NOW, NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (NOW, ""),
        (NOW + timedelta(days=3.2), ""),
        (NOW + timedelta(days=3.3), "has 1.7 days left"),
        (NOW + timedelta(days=9), "has 0.0 days left"),
    ],
)
def test_a_quarter_of_the_lock_is_the_limit(now: datetime, words: str) -> None:
    """Of seven days 1.75; the record ages by itself when nobody renews."""
    said = complaint.sentences(record.of_look(found()), 7, now)
    assert [words in each and "--renew" in each for each in said] == [True] * bool(words)


def test_keys_that_went_otherwise_are_wrong(stack: Stack) -> None:
    """By number and first name; an empty bucket has no shortest lock to complain of."""
    seen = record.of_look(found(**STOLEN, shortest_until=None))
    (said,) = complaint.sentences(seen, 7, NOW)
    assert said.startswith("1 keys of the vault")
    assert "archive.info" in said
    record.keep(stack, seen)
    status = Status(stack.name)
    safety.vault(stack, status)
    assert status.wrong == [], "a few may be pgBackRest's own, after a backup that was killed"
    record.keep(
        stack,
        record.of_look(found(**{**STOLEN, "deleted_otherwise": complaint.MANY, "shortest_until": None})),
    )
    safety.vault(stack, status)
    assert [each.partition(" keys")[0] for each in status.wrong] == [str(complaint.MANY)]


def test_the_vault_of_another_place_is_not_ours(stack: Stack) -> None:
    """A record from before the move says nothing of the new place."""
    record.keep(stack, record.of_look(found(**STOLEN)))
    text = f"{stack.file.read_text()}  bem:object_store:\n    endpoint: s3.example.org\n"
    stack.file.write_text(text)
    assert complaint.complaints(stack) == []

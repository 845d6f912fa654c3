"""What decides about a rotation: its journal, the repositories that are meant, the pause, old versions."""

from datetime import timedelta

import pytest

from backups.kit import making
from backups.passphrase import archiver, console, journal, rotated
from backups.passphrase.archiver import Pause, Seen
from backups.passphrase.journal import CIPHERS, Phase
from backups.passphrase.rekeying import Opens, answer
from backups.passphrase.rotation import Rotated, carries, closed_pairs
from operation import custodian
from operation.containers import Output
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.scene import NOON, at


def test_the_journal_keeps_both_passphrases_until_the_end(stack: Stack) -> None:
    """Only its owner reads it; the stack's own secret is not changed by its begin."""
    former = custodian.secret(stack, CIPHERS[2])
    begun = journal.begin(stack, [2], vault_in_order=True)
    assert begun.former == {2: former}
    assert begun.next[2] not in {former, ""}
    assert custodian.secret(stack, CIPHERS[2]) == former
    assert (stack.folder / journal.FILE).stat().st_mode & 0o777 == 0o600
    moved = journal.at(stack, begun, Phase.FILES)
    assert journal.under_way(stack) == moved
    assert begun.next[2] not in f"{moved!r} {moved.sentence}"
    journal.clear(stack)
    journal.clear(stack)
    assert journal.under_way(stack) is None


def test_others_are_told_of_it(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """A kit made now is refused; a backup says what to do, and goes on."""
    journal.remind(stack, Progress())
    assert not capsys.readouterr().err
    journal.begin(stack, [1, 2], vault_in_order=True)
    journal.remind(stack, Progress())
    assert "invoke backup.passphrase" in capsys.readouterr().err
    with pytest.raises(Failure, match="local and s3 is being changed") as caught:
        making.made(stack, NOON)
    assert caught.value.exit_code == 2


def test_a_damaged_journal_is_never_taken_for_none(stack: Stack) -> None:
    """It may hold the only passphrase."""
    journal.begin(stack, [1], vault_in_order=True)
    (stack.folder / journal.FILE).write_text("{}")
    with pytest.raises(Failure, match="cannot be understood") as caught:
        journal.under_way(stack)
    assert "do not remove it" in caught.value.remedy


def test_the_rotation_under_way_says_which_repositories(stack: Stack) -> None:
    """Another --repo is refused until it has ended."""
    begun = journal.begin(stack, [2], vault_in_order=True)
    assert console.chosen(None, "") == [1, 2]
    assert console.chosen(None, "local") == [1]
    assert console.chosen(begun, "") == console.chosen(begun, "s3") == [2]
    with pytest.raises(Failure, match="s3 is being changed"):
        console.chosen(begun, "local")


def test_whether_the_database_has_it(stack: Stack) -> None:
    """Each line as pgBackRest reads it."""
    begun = journal.begin(stack, [1, 2], vault_in_order=True)
    lines = [f"repo{number}-cipher-pass={each}" for number, each in begun.next.items()]
    assert carries("\n".join(["[global]", *lines]), begun)
    assert not carries(lines[0], begun)
    assert not carries("\n".join([lines[0], f"repo2-cipher-pass={begun.former[2]}"]), begun)


def test_a_pair_is_closed_when_both_are() -> None:
    """One opens: it mends the other."""
    pair = {"a.info": Opens.NONE, "a.info.copy": Opens.FORMER}
    assert closed_pairs(pair) == []
    assert closed_pairs({**pair, "a.info.copy": Opens.NONE}) == ["a.info"]


def test_what_the_script_says() -> None:
    """Each way to fail has its sentence."""
    assert answer("s3", Output(0, "a.info former\na.info.copy next\n", "")) == {
        "a.info": Opens.FORMER,
        "a.info.copy": Opens.NEXT,
    }
    for status, words in ((127, "older than this program"), (3, "no known passphrase"), (49, "no route")):
        with pytest.raises(Failure, match=words):
            answer("s3", Output(status, "", "no route"))


def test_the_pause_of_archiving() -> None:
    """From the last segment before the start to the first after it; failures are those of meanwhile."""
    before, stopped = Seen(2, 100.0, 10.0), Seen(2, 103.0, 106.0)
    assert archiver.pause([before, stopped, Seen(3, 109.5, 106.0)]) == Pause(6.5, 1)
    assert archiver.pause([before, Seen(2, 104.0, 10.0)]) == Pause(None, 0)
    assert archiver.pause([before, Seen(0, 109.5, 106.0)]) == Pause(9.5, 0)
    assert archiver.pause([]) == Pause(None, 0)


def test_what_a_person_is_told() -> None:
    """In words."""
    done = Rotated(("local",), 9.0, Pause(6.5, 1), 3)
    assert console.pause_words(done) == "no segment was archived for 6.5 s; 1 tries failed"
    assert "did not restart" in console.pause_words(Rotated(("local",), 9.0, Pause(None, 0), 3))


def test_versions_from_before_are_refused(stack: Stack) -> None:
    """They open by the former passphrase alone; what is later, or was never changed, does not matter."""
    rotated.refuse_before(stack, at(-60))
    rotated.keep(stack, NOON)
    rotated.refuse_before(stack, NOON)
    rotated.refuse_before(stack, NOON + timedelta(seconds=1))
    with pytest.raises(Failure, match="was changed"):
        rotated.refuse_before(stack, at(-1))
    (stack.folder / rotated.FILE).write_text("[]")
    rotated.refuse_before(stack, at(-1))

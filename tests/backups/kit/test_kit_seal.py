"""A kit closed and opened: by each recipient, by its passphrase, by nobody else, and not when damaged."""

import random
from collections.abc import Callable

import pyrage
import pytest

from backups.kit.kit import Kit
from backups.kit.seal import PRINTABLE, Lock, Opener, opened, sealed, wants_passphrase
from operation.failure import Failure
from tests.backups.kit.scene import NOW

PASSPHRASE = "correct horse battery staple"  # noqa: S105  # of test data
KIT = Kit("kit-test", NOW, "c0ffee", {"settings": b"config: {}\n", "secrets/odd": bytes(range(256))})
MINE, THEIRS, STRANGER = (pyrage.x25519.Identity.generate() for _ in range(3))


def closed() -> bytes:
    """For two people."""
    return sealed(KIT, Lock((str(MINE.to_public()), str(THEIRS.to_public()))))


@pytest.mark.parametrize("identity", [MINE, THEIRS])
def test_each_recipient_alone_opens_it(identity: pyrage.x25519.Identity) -> None:
    """With a file of `age-keygen`, comments and all; bytes that are no text come back too."""
    found = opened(closed(), Opener(identity=f"# created: today\n{identity}\n"), "kit.age")
    assert (found, found.digest) == (KIT, KIT.digest)
    assert not wants_passphrase(closed(), "kit.age")


def test_a_stranger_does_not_open_it() -> None:
    """And is told why; nothing of it is shown."""
    with pytest.raises(Failure, match="not encrypted to that identity") as caught:
        opened(closed(), Opener(identity=str(STRANGER)), "kit.age")
    assert caught.value.exit_code == 2


@pytest.mark.slow
def test_a_passphrase_opens_it_and_another_does_not() -> None:
    """The kit says itself which of the two it wants."""
    content = sealed(KIT, Lock(passphrase=PASSPHRASE))
    assert wants_passphrase(content, "kit.age")
    assert opened(content, Opener(passphrase=PASSPHRASE), "kit.age") == KIT
    with pytest.raises(Failure, match="not its passphrase"):
        opened(content, Opener(passphrase=f"{PASSPHRASE}r"), "kit.age")


def flipped(text: str) -> str:
    """One letter is another one."""
    place = len(text) // 2
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (flipped, "is damaged"),
        (lambda text: text[: len(text) // 2], "no armoured age file"),
        (lambda text: text.replace(text.splitlines()[3] + "\n", ""), "damaged"),
        (lambda text: text.replace(text[200], "!", 1), "a character of it is damaged"),
        (lambda _: "a shopping list\n", "no armoured age file"),
        (lambda _: "", "no armoured age file"),
    ],
)
def test_a_damaged_kit_is_refused(damage: Callable[[str], str], words: str) -> None:
    """In words that say so; never half a kit."""
    with pytest.raises(Failure, match=words) as caught:
        opened(damage(closed().decode()).encode(), Opener(identity=str(MINE)), "kit.age")
    assert "another copy" in caught.value.remedy


def test_lines_that_moved_do_not_matter() -> None:
    """A mail program, an editor, a scanner."""
    text = closed().decode()
    lines = text.splitlines()
    joined = "\r\n  ".join(["Found in the safe:", lines[0], " ".join(lines[1:-1]), lines[-1], "", "-- "])
    assert opened(joined.encode(), Opener(identity=str(MINE)), "kit.age") == KIT


def test_an_age_file_with_something_else_is_no_kit() -> None:
    """Somebody's holiday, encrypted to us."""
    content = pyrage.encrypt(b"photographs", [MINE.to_public()], armored=True)
    with pytest.raises(Failure, match="no recovery kit"):
        opened(content, Opener(identity=str(MINE)), "kit.age")


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"settings": b"", "secrets/../../x": b""}, "no place in a stack's folder"),
        ({"settings": b"", "beside//etc/x": b""}, "no place in a stack's folder"),
        ({"secrets/x": b""}, "no stack's file"),
    ],
)
def test_a_kit_that_would_write_elsewhere_is_refused(held: dict[str, bytes], words: str) -> None:
    """Whoever knows a recipient can make one."""
    content = sealed(Kit("kit-test", NOW, "", held), Lock((str(MINE.to_public()),)))
    with pytest.raises(Failure, match=words):
        opened(content, Opener(identity=str(MINE)), "kit.age")


@pytest.mark.parametrize(
    ("recipients", "passphrase", "words"),
    [
        ((), "", "recipients or with a passphrase"),
        ((str(MINE.to_public()),), PASSPHRASE, "recipients or with a passphrase"),
        ((), "short", "less than 16 characters"),
        (("age1nobody",), "", "no age recipient"),
    ],
)
def test_a_kit_for_nobody_or_anybody_is_refused(
    recipients: tuple[str, ...], passphrase: str, words: str
) -> None:
    """Before it is written."""
    with pytest.raises(Failure, match=words):
        sealed(KIT, Lock(recipients, passphrase))


def test_a_stack_of_usual_size_prints() -> None:
    """Sixteen parties, each certificate renewed thrice a quarter, five people who open it."""
    chance = random.Random(8)  # noqa: S311  # of a test
    secrets = {f"secrets/{number}": chance.randbytes(32).hex().encode() for number in range(24)}
    line = (
        '{"event":"issued","serial":"%s","party":"pulse","profile":"peer","issuer":"%s","not_after":"%s"}\n'
    )
    register = "".join(
        line % (chance.randbytes(20).hex(), "e5" * 20, f"2027-02-{number % 28 + 1:02}")
        for number in range(48)
    )
    held = {"settings": b"config: {}\n" * 300, **secrets, "certs/register.jsonl": register.encode()}
    recipients = tuple(str(pyrage.x25519.Identity.generate().to_public()) for _ in range(5))
    assert len(sealed(Kit("kit-test", NOW, "", held), Lock(recipients))) <= PRINTABLE

from typing import Any

import pytest

from backups import stanza as module
from backups.stanza import establish
from operation.failure import Failure
from operation.stack import Stack
from tests.backups.scene import Container

ARCHIVING_OFF = "mv /cluster/archiving.conf /cluster/archiving.pending"


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts a database's container in place; nothing is waited for long."""

    def put(*answers: tuple[tuple[str, ...], int | str]) -> Container:
        found = Container(*answers)
        monkeypatch.setattr("operation.containers.container", lambda *_: found)
        monkeypatch.setattr("operation.patience.POLL", 0.001)
        monkeypatch.setattr(module, "READY_SECONDS", 0.02)
        return found

    return put


def test_stanza_comes_before_archiving(stack: Stack, database: Any) -> None:
    """It cannot take its lock while a push keeps failing; the whole way is checked last."""
    found = database((("stanza-create",), ""), (("sh", "-c"), ""), (("psql",), "t"), (("check",), ""))
    establish(stack, "bem")
    words = [argv[-1] for argv in found.told]
    assert words[0] == "stanza-create"
    assert words[1].startswith("archive_command = 'pgbackrest")
    assert words[-1] == "check"


def test_archiving_is_off_while_a_new_place_has_no_stanza(stack: Stack, database: Any) -> None:
    """A push that keeps failing there holds the lock that its stanza needs; then it goes on."""

    class Locked(Container):
        def exec_run(self, argv: list[str], **_: Any) -> tuple[int, tuple[bytes, bytes]]:
            if argv[-1] == "stanza-create" and not self.was_told(ARCHIVING_OFF):
                self.told.append(argv)
                return 50, (b"", b"ERROR: [050]: unable to acquire lock")
            return super().exec_run(argv)

    found = Locked((("stanza-create",), ""), (("sh", "-c"), ""), (("psql",), "t"), (("check",), ""))
    database()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("operation.containers.container", lambda *_: found)
        establish(stack, "bem")
    words = [" ".join(argv) for argv in found.told]
    created = [number for number, each in enumerate(words) if each.endswith("stanza-create")]
    off = next(number for number, each in enumerate(words) if ARCHIVING_OFF in each)
    on = next(number for number, each in enumerate(words) if "archive_command = " in each)
    assert created[0] < off < created[-1] < on


@pytest.mark.parametrize(
    ("olds", "news", "replaced"),
    [
        ({}, {}, []),
        ({}, {"place": "s3.example.org/kept"}, ["place"]),
        ({"place": "s3.example.org/kept"}, {"place": "s3.example.org/kept"}, []),
        ({"place": "s3.example.org/kept"}, {}, ["place"]),
        ({}, {"stanza": "other"}, ["stanza"]),
    ],
)
def test_another_place_is_another_stanza(
    olds: dict[str, str], news: dict[str, str], replaced: list[str]
) -> None:
    """A state of an earlier release, which knows no place, means the stack's own store."""
    same = {"stack": "local", "stanza": "bem"}
    found = module._StanzaProvider().diff("id", same | olds, same | news)  # noqa: SLF001  # Pulumi's door
    assert (found.changes, found.replaces) == (bool(replaced), replaced)


def test_repository_that_does_not_answer_is_a_failure(stack: Stack, database: Any) -> None:
    """Tried until the time is over, and archiving stays off."""
    found = database((("stanza-create",), 49), (("sh", "-c"), ""), (("psql",), "t"))
    with pytest.raises(Failure, match="stanza-create failed") as failed:
        establish(stack, "bem")
    assert "object-store" in failed.value.remedy
    assert len(found.told) > 1
    assert not found.was_told("archive_command")


def test_repository_of_another_cluster_is_told_at_once(stack: Stack, database: Any) -> None:
    """It will not change by waiting."""

    class Other(Container):
        def exec_run(self, argv: list[str], **_: Any) -> tuple[int, tuple[bytes, bytes]]:
            self.told.append(argv)
            return 28, (b"ERROR: [028]: backup and archive info files do not match", b"")

    other = Other()
    database()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("operation.containers.container", lambda *_: other)
        with pytest.raises(Failure, match="028") as failed:
            establish(stack, "bem")
    assert "restore --latest" in failed.value.remedy
    assert len(other.told) == 1


def test_repository_with_another_passphrase_is_told_in_plain_words(stack: Stack) -> None:
    """At once, and without the octets that pgBackRest quotes."""

    class Closed(Container):
        def exec_run(self, argv: list[str], **_: Any) -> tuple[int, tuple[bytes, bytes]]:
            self.told.append(argv)
            return 29, (b"ERROR: [029]: FormatError: key/value found outside of section: ]}z\xff", b"")

    closed = Closed()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("operation.containers.container", lambda *_: closed)
        with pytest.raises(Failure, match="does not open with the passphrase") as failed:
            establish(stack, "bem")
    assert "FormatError" not in str(failed.value)
    assert "./ops recover" in failed.value.remedy
    assert len(closed.told) == 1

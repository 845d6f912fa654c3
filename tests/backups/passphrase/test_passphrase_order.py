"""The order of a rotation, on a host in place of Docker: what is encrypted when, what a failure leaves."""

from typing import Any

import pytest

from backups import switch
from backups.passphrase import archiver, journal, rekeying, rotated, rotation
from backups.passphrase.archiver import Pause, Seen
from backups.passphrase.journal import CIPHERS, Phase
from backups.passphrase.rekeying import Opened, Opens
from infra import bring_up
from operation import custodian
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.scene import Container

FILE, COPY = "archive/bem/archive.info", "archive/bem/archive.info.copy"


class Host:
    """Repositories of one pair each, a database with a passphrase for each, and what was done, in order."""

    def __init__(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stack = stack
        self.done: list[str] = []
        self.broken = ""
        former = {number: custodian.secret(stack, CIPHERS[number]) for number in CIPHERS}
        self.files = {number: {FILE: each, COPY: each} for number, each in former.items()}
        self.database = dict(former)
        monkeypatch.setattr(switch, "alive", lambda *_: self.container)
        monkeypatch.setattr(rotation, "end_orphan", lambda *_: [])
        monkeypatch.setattr(rekeying, "encrypt_copies", self.encrypt(COPY))
        monkeypatch.setattr(rekeying, "encrypt_all", self.encrypt(COPY, FILE))
        monkeypatch.setattr(bring_up, "deploy", self.deploy)
        monkeypatch.setattr(archiver, "seen", lambda _: Seen(0, 1.0, 1.0))
        monkeypatch.setattr(archiver, "since", lambda *_: Pause(3.0, 0))
        monkeypatch.setattr(rotation, "archive_segment", lambda *_: self.step("prove"))
        monkeypatch.setattr(rotation, "read_info", lambda *_: [])
        monkeypatch.setattr(rotation, "renew", lambda *_: {})

    @property
    def container(self) -> Container:
        """The database's, with its secrets as they were deployed."""
        lines = "\n".join(f"repo{number}-cipher-pass={each}" for number, each in self.database.items())
        return Container((("cat",), lines))

    def step(self, name: str) -> None:
        """Notes a step, and dies in the one that is broken; before that the database opens everything."""
        for number, pair in self.files.items():
            assert self.database[number] in pair.values(), "the database opens its repository no more"
        if self.broken == name:
            raise Failure(name)
        self.done.append(name)

    def encrypt(self, *files: str) -> Any:
        """Stands for the script."""

        def run(_target: Any, _stanza: str, number: int, _former: str, following: str) -> Opened:
            self.step("all" if FILE in files else "copies")
            self.files[number] |= dict.fromkeys(files, following)
            return dict.fromkeys(files, Opens.NEXT)

        return run

    def deploy(self, stack: Stack, _progress: Progress) -> None:
        """Stands for `up`."""
        self.step("deploy")
        self.database = {number: custodian.secret(stack, each) for number, each in CIPHERS.items()}


@pytest.fixture
def host(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Host:
    """Both repositories as they were before."""
    return Host(stack, monkeypatch)


@pytest.mark.parametrize("numbers", [[1], [2], [1, 2]])
def test_copies_then_the_database_then_files(host: Host, quiet: Progress, numbers: list[int]) -> None:
    """In the end the former passphrase opens nothing, and is kept nowhere."""
    begun = journal.begin(host.stack, numbers, vault_in_order=True)
    done = rotation.rotate(host.stack, begun, quiet)
    assert host.done == [
        each for step in ("copies", "deploy", "all", "prove") for each in _times(step, numbers)
    ]
    for number in numbers:
        assert set(host.files[number].values()) == {begun.next[number]} == {host.database[number]}
    assert journal.under_way(host.stack) is None
    assert (rotated.since(host.stack) is not None) == (2 in numbers)
    assert done.pause == Pause(3.0, 0)


@pytest.mark.parametrize(
    ("broken", "phase"),
    [("copies", Phase.COPIES), ("deploy", Phase.DATABASE), ("all", Phase.FILES), ("prove", Phase.PROOF)],
)
def test_what_fails_is_gone_on_with(host: Host, quiet: Progress, broken: str, phase: Phase) -> None:
    """The journal names the phase and has both; a backup between, by the database's own, does no harm."""
    begun = journal.begin(host.stack, [1, 2], vault_in_order=True)
    host.broken = broken
    with pytest.raises(Failure):
        rotation.rotate(host.stack, begun, quiet)
    left = journal.under_way(host.stack)
    assert left is not None
    assert (left.phase, left.former, left.next) == (phase, begun.former, begun.next)
    for number, each in host.database.items():
        host.files[number] = {FILE: each, COPY: each}
    host.broken = ""
    rotation.rotate(host.stack, left, quiet)
    assert {each for pair in host.files.values() for each in pair.values()} == set(begun.next.values())


def test_files_stay_where_the_database_did_not_take_it(
    host: Host, quiet: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployment that ends well and brings nothing leaves both passphrases good."""
    begun = journal.begin(host.stack, [1], vault_in_order=True)
    monkeypatch.setattr(bring_up, "deploy", lambda *_: None)
    with pytest.raises(Failure, match="does not have the next passphrase"):
        rotation.rotate(host.stack, begun, quiet)
    assert host.files[1] == {FILE: begun.former[1], COPY: begun.next[1]}


def test_a_database_that_does_not_answer(
    host: Host, quiet: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is touched."""
    begun = journal.begin(host.stack, [1], vault_in_order=True)
    monkeypatch.setattr(switch, "alive", lambda *_: None)
    with pytest.raises(Failure, match="does not answer") as caught:
        rotation.rotate(host.stack, begun, quiet)
    assert "invoke up" in caught.value.remedy
    assert not host.done


def _times(step: str, numbers: list[int]) -> list[str]:
    return [step] * (1 if step == "deploy" else len(numbers))

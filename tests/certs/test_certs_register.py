"""The register: nothing that was acknowledged is ever lost, nothing damaged is passed over."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from certs.ca import register
from certs.ca.register import Issued, Revoked, entries, record
from certs.ca.signature import now
from operation.failure import Failure
from operation.stack import ROOT, Stack

WRITE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from certs.ca.register import Issued, record
from operation.stack import Stack
stack, first = Stack("crt-test", Path(sys.argv[1])), int(sys.argv[2])
at = datetime(2026, 11, 29, tzinfo=UTC)
for number in range(first, first + 100_000):
    said = Issued(serial=f"{number:08X}", party="x" * 2000, profile="peer", issuer="00", not_after=at, at=at)
    record(stack, said)
    print(f"{number:08X}", flush=True)
"""


def line(serial: str = "0A", party: str = "api", days: float = 90) -> Issued:
    """A certificate that was issued."""
    return Issued(
        serial=serial,
        party=party,
        profile="peer",
        issuer="00",
        not_after=now() + timedelta(days=days),
        at=now(),
    )


@contextmanager
def room(octets: int) -> Iterator[None]:
    """Files cannot grow beyond that size while the block runs: a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_what_was_recorded_is_read(stack: Stack) -> None:
    """In its order, with what was revoked and why; the file is private."""
    record(stack, line("0A"), line("0B", "cache"))
    record(stack, Revoked(serial="0A", reason="key_compromise", at=now()))
    found = entries(stack)
    assert [(serial, each.issued.party) for serial, each in found.items()] == [("0A", "api"), ("0B", "cache")]
    assert (found["0A"].revoked or pytest.fail("good")).reason == "key_compromise"
    assert (register.revoked(stack, "0A"), register.revoked(stack, "0B")) == (True, False)
    assert (stack.folder / "certs" / register.FILE).stat().st_mode & 0o777 == 0o600


def test_the_first_word_on_a_revocation_counts(stack: Stack) -> None:
    """A second one changes neither date nor reason."""
    record(stack, line(), Revoked(serial="0A", reason="superseded", at=now()))
    record(stack, Revoked(serial="0A", reason="unspecified", at=now()))
    assert (entries(stack)["0A"].revoked or pytest.fail("good")).reason == "superseded"


def test_good_certificates_of_a_party(stack: Stack) -> None:
    """Neither expired nor revoked ones."""
    record(stack, line("0A"), line("0B", days=-1), line("0C"), line("0D", "cache"))
    record(stack, Revoked(serial="0A", reason="superseded", at=now()))
    found = register.of_party(list(entries(stack).values()), "api", now())
    assert [each.issued.serial for each in found] == ["0C"]


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_line_that_was_cut_short_goes(stack: Stack, cut: int) -> None:
    """It was never acknowledged; those before it are whole, and the next line stands on its own."""
    record(stack, line("0A"), line("0B"))
    path = stack.folder / "certs" / register.FILE
    path.write_bytes(path.read_bytes()[:-cut])
    assert list(entries(stack)) == ["0A"]
    record(stack, line("0C"))
    assert list(entries(stack)) == ["0A", "0C"]


@pytest.mark.parametrize("damage", ["rubbish", "{}", '{"event": "revoked", "serial": "FF"}'])
def test_a_damaged_line_is_told_and_not_passed_over(stack: Stack, damage: str) -> None:
    """It may have been a revocation."""
    record(stack, line("0A"), line("0B"))
    path = stack.folder / "certs" / register.FILE
    first, rest = path.read_text().split("\n", 1)
    path.write_text(f"{first}\n{damage}\n{rest}")
    with pytest.raises(Failure, match="line 2 of") as caught:
        entries(stack)
    assert "recovery kit" in caught.value.remedy


def test_a_full_disk_leaves_the_register_as_it_was(stack: Stack) -> None:
    """No half line; and the same line is taken when there is room."""
    record(stack, line("0A"))
    path = stack.folder / "certs" / register.FILE
    before = path.read_bytes()
    with room(len(before) + 20), pytest.raises(Failure, match="cannot be written: File too large"):
        record(stack, line("0B"))
    assert path.read_bytes() == before
    record(stack, line("0B"))
    assert list(entries(stack)) == ["0A", "0B"]


@pytest.mark.slow
def test_writers_that_are_killed_lose_nothing(stack: Stack) -> None:
    """Two writers at once, killed three times at any moment: all that they had acknowledged is there."""
    said: set[str] = set()
    for turn in range(3):
        argv = [sys.executable, "-c", WRITE, str(stack.root)]
        both = [
            subprocess.Popen(
                [*argv, str((2 * turn + each) * 100_000)], cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
            for each in range(2)
        ]
        for each in both:
            assert each.stdout
            said.add(each.stdout.readline().strip())
        time.sleep(0.02 * turn)  # the moment of the kill is what differs
        for each in both:
            each.send_signal(signal.SIGKILL)
            said |= set(filter(None, each.communicate()[0].splitlines()))
    found = entries(stack)
    whole = {serial for serial in said if len(serial) == len("00000000")}
    assert len(whole) >= 6
    assert whole <= set(found)
    record(stack, line("FF"))
    assert "FF" in entries(stack)
    assert json.loads((stack.folder / "certs" / register.FILE).read_text().splitlines()[-1])["serial"] == "FF"


def test_an_open_register_blocks_nobody_who_reads(stack: Stack) -> None:
    """Reading takes no turn; a descriptor that is left open by others does not matter."""
    record(stack, line("0A"))
    descriptor = os.open(stack.folder / "certs" / register.FILE, os.O_RDWR)
    try:
        assert list(entries(stack)) == ["0A"]
    finally:
        os.close(descriptor)


def test_no_register_is_an_empty_one(stack: Stack, tmp_path: Path) -> None:
    """Stacks from before it go on."""
    assert entries(stack) == {}
    assert not (tmp_path / ".ops").exists()

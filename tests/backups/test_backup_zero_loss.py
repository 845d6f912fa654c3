"""`zero-loss`, by a real bash, with a PostgreSQL that answers as it is told: who waits for whom, and when."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.images.workshop import until

BIN = Path(__file__).resolve().parents[2] / "infra" / "images" / "database" / "bin"
PSQL = """#!/bin/sh
for each; do last=$each; done
echo "$*" >>"$FAKE/told"
waits=f
if grep -q "'wal_receiver'" "$FAKE/zero-loss.conf" 2>/dev/null; then waits=t; fi
case "$last" in
  *pg_current_wal_flush_lsn*) echo "0/1|$(cat "$FAKE/kept")|$waits|$(cat "$FAKE/slot")" ;;
  *last_archived_wal*) cat "$FAKE/archived" ;;
  *pg_switch_wal*) echo 000000010000000000000009 ;;
  *"select waits"*) cat "$FAKE/noted" 2>/dev/null ;;
  *"insert into operations.zero_loss"*) ;;
esac
exit 0
"""
SYNC = "#!/bin/sh\nexit 0\n"


@dataclass(frozen=True)
class Watched:
    """A server, and the receiver that it does or does not hear from."""

    root: Path

    def is_there(self, *, kept: bool = True) -> None:
        """Whether the receiver has what the server had at the last look."""
        (self.root / "kept").write_text("t" if kept else "f")

    @property
    def waits(self) -> bool:
        """Whether commits wait for it."""
        return "'wal_receiver'" in (self.root / "zero-loss.conf").read_text()

    def told(self, words: str) -> int:
        """How often the server was told something with these words."""
        path = self.root / "told"
        return sum(words in line for line in path.read_text().splitlines()) if path.exists() else 0

    def start(self, policy: str, seconds: int = 1) -> "subprocess.Popen[bytes]":
        """The script, as the database's container starts it."""
        environment = {
            "PATH": f"{self.root}:{os.environ['PATH']}",
            "FAKE": str(self.root),
            "ZERO_LOSS": policy,
            "ZERO_LOSS_SECONDS": str(seconds),
            "ZERO_LOSS_SETTING": str(self.root / "zero-loss.conf"),
            "ZERO_LOSS_PAUSE": "0.02",
        }
        return subprocess.Popen([BIN / "zero-loss"], env=environment, stderr=subprocess.DEVNULL)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """Commits wait, the receiver is there, and all is archived at once."""
    for name, text in {"psql": PSQL, "sync": SYNC}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "zero-loss.conf").write_text("synchronous_standby_names = 'wal_receiver'\n")
    (tmp_path / "slot").write_text("reserved")
    (tmp_path / "archived").write_text("t")
    found = Watched(tmp_path)
    found.is_there()
    return found


def ended(process: "subprocess.Popen[bytes]") -> None:
    """Ends it, as the container's end does."""
    process.kill()
    process.wait()


def test_commits_go_on_after_a_while_and_wait_again(watched: Watched) -> None:
    """Noted before the one, and after the other."""
    process = watched.start("continue")
    try:
        until(lambda: watched.told("pg_current_wal_flush_lsn") > 5, 10)
        assert watched.waits
        watched.is_there(kept=False)
        until(lambda: not watched.waits, 10)
        assert watched.told("values (false, 'the WAL receiver is away for") == 1
        watched.is_there()
        until(lambda: watched.waits, 10)
        until(lambda: watched.told("values (true, 'commits wait for the WAL receiver')") == 1, 10)
    finally:
        ended(process)


def test_a_change_is_archived_before_it_takes_effect(watched: Watched) -> None:
    """By as many looks as it takes, up to five: a restore is not to believe that commits waited."""
    (watched.root / "archived").write_text("f")
    process = watched.start("continue")
    try:
        watched.is_there(kept=False)
        until(lambda: not watched.waits, 10)
        assert watched.told("last_archived_wal") == 5
    finally:
        ended(process)


@pytest.mark.slow
def test_commits_wait_for_ever_where_that_is_wanted(watched: Watched) -> None:
    """It is noted once, and once more when it is over."""
    process = watched.start("block")
    try:
        watched.is_there(kept=False)
        until(lambda: watched.told("commits wait until it is back") == 1, 10)
        looks = watched.told("pg_current_wal_flush_lsn")
        until(lambda: watched.told("pg_current_wal_flush_lsn") > looks + 20, 10)
        assert watched.waits
        assert watched.told("commits wait until it is back") == 1
        watched.is_there()
        until(lambda: watched.told("the WAL receiver is back") == 1, 10)
    finally:
        ended(process)


def test_policy_that_became_stricter_counts_at_once(watched: Watched) -> None:
    """Commits went on without it, and now they are not to."""
    (watched.root / "zero-loss.conf").write_text("synchronous_standby_names = ''\n")
    watched.is_there(kept=False)
    process = watched.start("block")
    try:
        until(lambda: watched.waits, 10)
    finally:
        ended(process)


@pytest.mark.parametrize(("state", "made"), [("lost", True), ("", True), ("reserved", False)])
def test_slot_that_is_gone_or_lost_is_made_again(watched: Watched, state: str, made: bool) -> None:
    """After a restore there is none; one that was bounded away is of no use."""
    (watched.root / "slot").write_text(state)
    process = watched.start("continue")
    try:
        until(lambda: watched.told("pg_current_wal_flush_lsn") > 3, 10)
        assert (watched.told("pg_drop_replication_slot") > 1) == made, "one at the start"
    finally:
        ended(process)


def test_without_a_receiver_the_slot_goes_and_nobody_watches(watched: Watched) -> None:
    """It would hold WAL for nobody."""
    process = watched.start("")
    assert process.wait(timeout=10) == 0
    assert watched.told("pg_drop_replication_slot") == 1
    assert watched.told("pg_current_wal_flush_lsn") == 0

"""The WAL receiver's own scripts, by a real bash, with a server that answers as it is told."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

BIN = Path(__file__).resolve().parents[2] / "infra" / "images" / "database" / "bin"
FOLDER = "77-00000001"
DAY = 86400


@dataclass(frozen=True)
class Server:
    """Stands for PostgreSQL: what `psql` prints, and whether it answers at all."""

    root: Path

    @property
    def wal(self) -> Path:
        """The receiver's volume."""
        return self.root / "wal"

    def answers(self, *lines: str, status: int = 0) -> None:
        """From now on."""
        body = "\n".join(lines)
        self._program("psql", f"cat <<'END'\n{body}\nEND\nexit {status}")
        self._program("pg_isready", "exit 0")

    def is_away(self) -> None:
        """From now on."""
        self._program("psql", "exit 2")
        self._program("pg_isready", "exit 2")

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A script of the image."""
        return subprocess.run(
            [BIN / script, *arguments],
            env={
                "PATH": f"{self.root}:{BIN}:{os.environ['PATH']}",
                "RECEIVING_SEEN": str(self.root / "seen"),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    def _program(self, name: str, body: str) -> None:
        path = self.root / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """A server that is away, and an empty volume."""
    found = Server(tmp_path)
    found.wal.mkdir()
    found.is_away()
    return found


def name(number: int) -> str:
    """A segment of timeline 1."""
    return f"0000000100000000{number:08X}"


@pytest.mark.parametrize(("waiting", "first"), [("", 9), (name(7), 7), (name(10), 9)])
def test_first_that_is_needed(server: Server, waiting: str, first: int) -> None:
    """The oldest that waits to be archived, else the one that is written."""
    server.answers(FOLDER, name(9), waiting, "f")
    assert server.run("wal-needed").stdout == f"{FOLDER} {name(first)}\nf\n"


def test_nothing_is_known_of_a_server_that_is_away(server: Server) -> None:
    """Nor of one that fails half-way: never half an answer with status 0."""
    assert server.run("wal-needed").returncode != 0
    server.answers(FOLDER, name(9), status=3)
    assert server.run("wal-needed").returncode != 0


def received(server: Server, *numbers: int, partial: int = 0, folder: str = FOLDER) -> None:
    """Segments in the receiver's volume."""
    (server.wal / folder).mkdir(exist_ok=True)
    for number in numbers:
        (server.wal / folder / name(number)).touch()
    if partial:
        (server.wal / folder / f"{name(partial)}.partial").touch()


def kept(server: Server, folder: str = FOLDER) -> list[str]:
    """Names in a folder."""
    return sorted(path.name for path in (server.wal / folder).iterdir())


def test_what_every_repository_has_is_removed(server: Server) -> None:
    """What waits, and the one that is written, stay."""
    received(server, 4, 5, 6, 7, 8, partial=9)
    server.answers(FOLDER, name(9), name(7), "f")
    assert server.run("wal-tidy", str(server.wal)).returncode == 0
    assert kept(server) == [name(7), name(8), f"{name(9)}.partial"]


def test_newest_whole_segment_stays(server: Server) -> None:
    """The receiver goes on behind it, also when the archive has come further than itself."""
    received(server, 4, 5)
    server.answers(FOLDER, name(9), "", "f")
    server.run("wal-tidy", str(server.wal))
    assert kept(server) == [name(5)]


@pytest.mark.parametrize("folder", ["78-00000001", "77-00000002"])
def test_folder_of_another_timeline_goes_after_a_day(server: Server, folder: str) -> None:
    """When nothing waits to be archived from there; whose it is does not matter."""
    received(server, 3, folder=folder)
    received(server, partial=9)
    server.answers(FOLDER, name(9), "", "f")
    server.run("wal-tidy", str(server.wal))
    assert kept(server, folder) == [name(3)], "of today"
    old = time.time() - 2 * DAY
    os.utime(server.wal / folder, (old, old))
    server.answers(FOLDER, name(9), "", "t")
    server.run("wal-tidy", str(server.wal))
    assert kept(server, folder) == [name(3)], "something of it waits"
    server.answers(FOLDER, name(9), "", "f")
    server.run("wal-tidy", str(server.wal))
    assert not (server.wal / folder).exists()
    assert kept(server) == [f"{name(9)}.partial"]


def test_everything_stays_while_nobody_knows(server: Server) -> None:
    """A database that is away may be lost, and then this is all there is."""
    received(server, 4, 5, 6)
    assert server.run("wal-tidy", str(server.wal)).returncode == 0
    assert kept(server) == [name(4), name(5), name(6)]


def test_receiver_that_keeps_up_is_healthy(server: Server) -> None:
    """By what the server says of it."""
    server.answers("streaming|0/5000000|120")
    said = server.run("receiving")
    assert (said.returncode, said.stdout) == (0, "streaming, 120 bytes behind\n")


def test_receiver_that_comes_nearer_is_healthy(server: Server) -> None:
    """It has a gigabyte to catch up with: replaced, it would begin again. One that stands still is not."""
    server.answers("catchup|0/5000000|900000000")
    assert server.run("receiving").returncode == 0
    assert server.run("receiving").returncode == 1
    server.answers("catchup|0/6000000|890000000")
    assert server.run("receiving").returncode == 0


def test_receiver_that_the_server_does_not_know_is_not_healthy(server: Server) -> None:
    """Or that it lets in no more."""
    server.answers()
    assert server.run("receiving").returncode == 1
    server.answers(status=2)
    assert server.run("receiving").returncode == 1


def test_database_that_is_away_is_not_the_receiver_s_fault(server: Server) -> None:
    """It says so, and is not replaced for it."""
    said = server.run("receiving")
    assert said.returncode == 0
    assert "does not answer" in said.stdout

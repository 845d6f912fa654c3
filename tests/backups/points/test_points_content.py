"""The cache's script on its volume: whatever is killed, the same commands end in the same place."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from operation.stack import ROOT

PROGRAM = ROOT / "infra" / "images" / "cache" / "bin" / "content"
SNAPSHOT = b"REDIS0012 what was"
HASH = hashlib.sha256(SNAPSHOT).hexdigest()
BASE = "appendonly.aof.1.base.rdb"
STEPS = ("stage", "arm", "exchange")


class Volume:
    """A cache's volume in a folder, whose commands may die at their n-th move, sync or removal."""

    def __init__(self, folder: Path) -> None:
        self.data, self.bin, self.count = folder / "data", folder / "bin", folder / "count"
        self.data.mkdir()
        self.bin.mkdir()
        self.place("redis-check-rdb", 'grep -q REDIS "$1"')
        for name in ("mv", "rm", "sync", "mkdir"):
            real = f"/usr/bin/{name}" if Path(f"/usr/bin/{name}").exists() else f"/bin/{name}"
            self.place(
                name,
                f'echo x >>{self.count}; [ "$(wc -l <{self.count})" = "${{DIE:-0}}" ] && '
                f'kill -9 $PPID; exec {real} "$@"',
            )
        (self.data / "appendonlydir").mkdir()
        (self.data / "appendonlydir" / "log").write_text("what is")

    def place(self, name: str, body: str) -> None:
        """A program in front of the real one."""
        (self.bin / name).write_text(f"#!/bin/sh\n{body}\n")
        (self.bin / name).chmod(0o755)

    def run(self, *words: str, given: bytes = b"", die: int = 0) -> int:
        """One command; its exit status."""
        self.count.unlink(missing_ok=True)
        around = {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}", "CONTENT": str(self.data)}
        done = subprocess.run(
            ["bash", str(PROGRAM), *words],
            input=given,
            env={**around, "DIE": str(die)},
            capture_output=True,
            check=False,
        )
        return done.returncode

    def restore(self, die: tuple[str, int] = ("", 0)) -> None:
        """A restore from generation 2 to 3; where it dies, the same begins again at that command."""
        commands = {
            "stage": (("stage", "g3", str(len(SNAPSHOT)), HASH), SNAPSHOT),
            "arm": (("arm", "g3", "g2"), b""),
            "exchange": (("exchange",), b""),
        }
        for name, (words, given) in commands.items():
            if die[0] == name:
                self.run(*words, given=given, die=die[1])
            assert self.run(*words, given=given) == 0

    @property
    def serves(self) -> str:
        """What the next start reads."""
        folder = self.data / "appendonlydir"
        return (folder / "log").read_text() if (folder / "log").exists() else (folder / BASE).read_text()


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture
def volume(tmp_path: Path) -> Volume:
    """A volume whose server has written."""
    return Volume(tmp_path)


def test_back_and_forth(volume: Volume) -> None:
    """The snapshot serves, what served is kept; back again by its name, and once more does no harm."""
    volume.restore()
    assert volume.serves == SNAPSHOT.decode()
    assert (volume.data / "appendonlydir" / "appendonly.aof.manifest").read_text() == (
        f"file {BASE} seq 1 type b\n"
    )
    assert names(volume.data / "kept") == ["g2"]
    for words in (("arm", "g3", "g2"), ("exchange",), ("clear",)):
        assert volume.run(*words) == 0
    assert volume.serves == SNAPSHOT.decode()
    for words in (("revive", "g2", "g3"), ("exchange",), ("revive", "g2", "g3"), ("exchange",)):
        assert volume.run(*words) == 0
    assert volume.serves == "what is"
    assert names(volume.data / "kept") == ["g3"]
    assert volume.run("forget", "g3") == 0
    assert names(volume.data / "kept") == []


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("die", range(1, 9))
def test_killed_anywhere(volume: Volume, step: str, die: int) -> None:
    """At each move, sync and removal: the snapshot serves in the end, and what served is kept whole."""
    volume.restore((step, die))
    assert volume.serves == SNAPSHOT.decode()
    assert (volume.data / "kept" / "g2" / "log").read_text() == "what is"
    assert not (volume.data / "next").exists()


def test_what_is_not_armed_never_serves(volume: Volume) -> None:
    """A restore that is taken back has changed nothing, also when the server starts meanwhile."""
    assert volume.run("stage", "g3", str(len(SNAPSHOT)), HASH, given=SNAPSHOT) == 0
    assert volume.run("exchange") == 0
    assert volume.serves == "what is"
    assert volume.run("clear") == 0
    assert names(volume.data) == ["appendonlydir"]


@pytest.mark.parametrize("given", [SNAPSHOT[:-1], SNAPSHOT[:-1] + b"x", b""])
def test_a_damaged_snapshot_is_refused(volume: Volume, given: bytes) -> None:
    """Cut short, changed or empty."""
    assert volume.run("stage", "g3", str(len(SNAPSHOT)), HASH, given=given) == 1
    assert not (volume.data / "staged" / "g3").exists()


def test_a_lost_volume_takes_a_snapshot(volume: Volume) -> None:
    """Nothing served, so nothing is kept."""
    (volume.data / "appendonlydir" / "log").unlink()
    (volume.data / "appendonlydir").rmdir()
    volume.restore()
    assert volume.serves == SNAPSHOT.decode()
    assert names(volume.data / "kept") == []


def test_unknown_command_is_refused(volume: Volume) -> None:
    """And does nothing."""
    assert volume.run("restore") == 1
    assert volume.serves == "what is"

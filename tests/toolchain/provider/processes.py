"""The processes that a test has started, found by their descent from it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MAKER = "from toolchain.provider import maker; print(maker.this(), flush=True); input()"


@contextmanager
def another_maker() -> Iterator[str]:
    """A process that lives until the end of the block, as it would say of itself that it makes something."""
    argv = (sys.executable, "-c", _MAKER)
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdin
        yield other.stdout.readline().strip()
        other.stdin.close()


def descendant(words: str, seconds: float = 20.0) -> int:
    """Identity of the process below this one whose command line holds these words, awaited."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for process in _descendants(os.getpid()):
            if words in _command(process):
                return process
        time.sleep(0.05)
    raise AssertionError(f"no process with {words!r}")


def _descendants(process: int) -> Iterator[int]:
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = [int(each) for each in tasks.read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from _descendants(child)


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""

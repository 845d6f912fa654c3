"""Stacks and progress for the tests of backups."""

from pathlib import Path

import pytest

from operation.progress import Progress
from operation.stack import Stack
from tests.backups.world import World, placed

FILE = """# Kept.
config:
  bem:database:
    generation: 2 # serves
    kept: [1]
    last_generation: 2
"""


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack in a checkout of its own that serves generation 2 and keeps 1."""
    (tmp_path / "Pulumi.bk-test.yaml").write_text(FILE)
    return Stack("bk-test", root=tmp_path)


@pytest.fixture
def quiet() -> Progress:
    """Progress that nobody reads."""
    return Progress(quiet=True)


@pytest.fixture
def world(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> World:
    """A host that serves generation 2, in the place of Docker."""
    return placed(World(stack), monkeypatch)

"""Stacks for the tests of the docker provider."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.toolchain.provider.programs import World
from tests.toolchain.provider.trial import Trial


def _trial(folder: Path) -> Trial:
    return Trial(folder, f"pv-{uuid.uuid4().hex[:6]}")


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """A stack of the test's own; all that it made goes afterwards."""
    made = _trial(tmp_path)
    yield made
    made.sweep()


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Trial, World]]:
    """One of each kind, deployed once; tests change it and leave it whole. At the end nothing may be left."""
    context = tmp_path_factory.mktemp("context")
    (context / "Dockerfile").write_text("ARG BASE\nFROM $BASE\nCOPY file /file\n")
    (context / "file").write_text("one\n")
    trial = _trial(tmp_path_factory.mktemp("backend"))
    world = World(trial.name, context)
    try:
        trial.up(world)
        yield trial, world
        trial.destroy()
        assert trial.left() == [f"{trial.name}:local"], "the official provider leaves the image alone as well"
    finally:
        trial.sweep()

"""Stages and sheets for the conformance suite."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.toolchain.conformance.sheet import Sheet
from tests.toolchain.conformance.stage import Stage
from tests.toolchain.conformance.summary import told


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stack of the case's own; all that it made goes afterwards."""
    made = Stage(tmp_path, f"test-prov-{uuid.uuid4().hex[:6]}")
    yield made
    made.sweep()


@pytest.fixture
def sheet(request: pytest.FixtureRequest) -> Iterator[Sheet]:
    """What the case looks at; it is in the table even when the case breaks off."""
    made = Sheet(request.node.name.removeprefix("test_"))
    yield made
    request.node.user_properties.append(told(made))

"""A checkout of its own."""

from pathlib import Path

import pytest

from operation.stack import Stack


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack that runs nowhere."""
    (tmp_path / "Pulumi.try.yaml").write_text("config: {}\n")
    return Stack("try", tmp_path)

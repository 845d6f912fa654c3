"""A checkout of its own for tests of what operations share."""

from pathlib import Path

import pytest

from operation.stack import Stack


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack in an empty checkout."""
    (tmp_path / "Pulumi.try.yaml").write_text("config:\n  # why\n  bem:api:\n    replicas: 3 # many\n")
    return Stack("try", tmp_path)

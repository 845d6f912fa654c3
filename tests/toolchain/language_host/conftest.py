"""A Pulumi project for the tests of the language host."""

from pathlib import Path

import pytest

from tests.toolchain.language_host.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project with a stack."""
    made = Project(tmp_path)
    made.write()
    made.pulumi("stack", "init", "dev")
    return made

"""The launcher of dynamic providers: it finds the program's Python."""

import subprocess
import sys
from pathlib import Path

import pytest

from toolchain.plugins import STAND_INS

LAUNCHER = STAND_INS / "pulumi-resource-pulumi-python"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose program lies in a folder, with an environment that says how it is called."""
    (tmp_path / "infra").mkdir()
    (tmp_path / "Pulumi.yaml").touch()
    python = tmp_path / "a venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$0 $* VIRTUAL_ENV=$VIRTUAL_ENV PYTHONHOME=$PYTHONHOME"\n')
    python.chmod(0o755)
    return tmp_path


def launch(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Starts the launcher as the engine does."""
    return subprocess.run(
        (LAUNCHER, "127.0.0.1:1"),
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.mark.parametrize("folder", ["infra", "."])
def test_environment_is_named_from_the_project(project: Path, folder: str) -> None:
    """Also when the program lies in a folder of it: the engine gives the option as Pulumi.yaml has it."""
    result = launch(project / folder, PULUMI_RUNTIME_VIRTUALENV="a venv", PYTHONHOME="/x")
    assert result.stdout.startswith(f"{project}/a venv/bin/python -u ")
    assert "/dynamic.py 127.0.0.1:1 " in result.stdout
    assert result.stdout.endswith(f"VIRTUAL_ENV={project}/a venv PYTHONHOME=\n")


def test_absolute_environment(project: Path) -> None:
    """Stands by itself."""
    result = launch(Path("/"), PULUMI_RUNTIME_VIRTUALENV=str(project / "a venv"))
    assert result.stdout.startswith(f"{project}/a venv/bin/python -u ")


def test_missing_environment_says_what_to_do(project: Path) -> None:
    """Nothing else is started in its place."""
    result = launch(project / "infra", PULUMI_RUNTIME_VIRTUALENV="none")
    assert (result.returncode, result.stdout) == (1, "")
    assert f"do: python3 -m venv {project}/none" in result.stderr


def test_without_environment_the_python_of_path(project: Path) -> None:
    """Or the one that is named."""
    result = launch(project, PULUMI_PYTHON_CMD=str(project / "a venv" / "bin" / "python"))
    assert result.stdout.endswith("VIRTUAL_ENV= PYTHONHOME=\n")


def test_provider_ends_with_the_engine(tmp_path: Path) -> None:
    """It serves as long as the engine holds its standard input, and not longer."""
    environment = {"PATH": "/usr/bin:/bin", "PULUMI_RUNTIME_VIRTUALENV": sys.prefix}
    with subprocess.Popen(
        (LAUNCHER, "127.0.0.1:1"),
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as provider:
        assert provider.stdout is not None
        assert provider.stdin is not None
        assert int(provider.stdout.readline()) > 0
        assert provider.poll() is None
        provider.stdin.close()
        provider.wait(20)

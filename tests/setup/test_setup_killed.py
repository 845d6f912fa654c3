"""A download or a build of the Pulumi CLI that is killed in its middle, and the set-up after it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from operation.containers import wait_for
from operation.progress import Progress
from operation.stack import ROOT
from toolchain import cache, cli, golang, version

SAYS = f"#!/bin/sh\necho v{version.PULUMI}\n"
PROVIDE = """
from operation.progress import Progress
from toolchain import cli
{}
cli.Cli().provide(Progress(quiet=True))
"""
HANG = """
half = 'mkdir -p "$0/bin"; echo half >"$0/bin/pulumi"; exec sleep 600'
cli.install_argv = lambda root: ("sh", "-c", half, str(root))
"""
GO = """#!/bin/sh
[ "$1" = version ] && echo go version go1.99.0 linux/amd64 && exit
while [ "$1" != -o ]; do shift; done
mkdir -p "${2%/*}"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache and a PATH of its own."""
    for name in ("XDG_CACHE_HOME", "PULUMI_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    return tmp_path


def go(home: Path, then: str) -> None:
    """A Go that writes half a program, and then does that."""
    (home / "bin").mkdir(exist_ok=True)
    (home / "bin/go").write_text(GO + then)
    (home / "bin/go").chmod(0o755)


def killed_half_way(code: str) -> None:
    """Runs a set-up, and kills it and all that it started once half a program lies in the cache."""
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    half = wait_for(lambda: list(cache.folder().glob("pulumi-*.new*/bin/pulumi")), 30, "half a program")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.kill()
    process.wait()
    for child in children:  # a session of its own, as `command.run` starts it
        os.killpg(int(child), signal.SIGKILL)
    assert half[0].exists()
    assert cli.chosen() is None


def test_build_that_was_killed_is_built_again(home: Path) -> None:
    """Half a CLI is used by nobody, its folder goes, and the next set-up ends with a whole one."""
    cache.remember_failure(cli.DOWNLOAD)
    go(home, 'echo half >"$2"; exec sleep 600\n')
    killed_half_way(PROVIDE.format(""))
    go(home, f'printf "{SAYS.encode("unicode_escape").decode()}" >"$2"; chmod 755 "$2"\n')
    cli.Cli().provide(Progress(quiet=True))
    assert cli.Cli().look().healthy
    assert sorted(path.name for path in cache.folder().iterdir()) == [f"failed-{cli.DOWNLOAD}", golang.key()]


def test_download_that_was_killed_is_taken_up_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed download is no failed one: the next set-up tries it at once, and leaves no rest."""
    killed_half_way(PROVIDE.format(HANG))
    assert cache.may_try(cli.DOWNLOAD)
    (home / "whole").write_text(SAYS)
    script = 'mkdir -p "$1/bin"; cp "$0" "$1/bin/pulumi"; chmod 755 "$1/bin/pulumi"'
    monkeypatch.setattr(
        cli, "install_argv", lambda root: ("sh", "-c", script, str(home / "whole"), str(root))
    )
    cli.Cli().provide(Progress(quiet=True))
    choice = cli.chosen()
    assert choice is not None
    assert choice.origin == "official"
    assert [path.name for path in cache.folder().iterdir()] == [cli.official_folder().parent.name]

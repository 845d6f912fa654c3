"""Completion in real shells, and its way into a person's own folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import installation
from command_line.installation import advice, chosen, places
from operation.failure import Failure
from operation.stack import ROOT
from tests.command_line.conftest import Invoke

ASK = """
source "$1"
COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2))
_bem_operations "$2" "${!#}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
WRITTEN = {"bash": 3, "zsh": 1, "fish": 3}


@pytest.fixture
def path() -> str:
    """A PATH with this environment's invoke first."""
    return f"{Path(sys.executable).parent}:{os.environ['PATH']}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["invoke", "statu"], ["status"]),
        (["./ops", "statu"], ["status"]),
        (["./ops", "docto"], ["doctor"]),
        (["invoke", "backup", "--type", "="], ["full", "diff", "incr"]),
        (["invoke", "backup", "--type", "=", "f"], ["full"]),
        (["invoke", "logs", "da"], ["database", "database-exporter"]),
        (["./gone/ops", "statu"], [""]),
    ],
)
def test_bash_completes(
    words: list[str], expected: list[str], path: str, invoke: Invoke, tmp_path: Path
) -> None:
    """The script that was installed, driven as bash drives it."""
    assert invoke("completion --shell bash").status == 0
    script = tmp_path / ".local/share/bash-completion/completions" / words[0].rpartition("/")[2]
    done = subprocess.run(
        ["/bin/bash", "-c", ASK, "bash", script, *words],
        env={"PATH": path, "HOME": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == expected
    assert done.stderr == ""


@pytest.mark.parametrize("shell", [each for each in ("bash", "zsh", "fish") if shutil.which(each)])
def test_shell_reads_its_script(shell: str, tmp_path: Path) -> None:
    """Each shell that is on this machine finds no fault with the syntax."""
    script = tmp_path / "script"
    script.write_text(places(shell, {"HOME": str(tmp_path)})[0].text)
    subprocess.run([shell, "-n", script], check=True, timeout=30)


@pytest.mark.parametrize("shell", WRITTEN)
def test_installed_once_and_removed(shell: str, invoke: Invoke, tmp_path: Path) -> None:
    """Again changes nothing, --dry-run neither, and --remove leaves no file."""

    def files() -> list[Path]:
        return [each for each in tmp_path.rglob("*") if each.is_file()]

    assert "would be: written" in invoke(f"completion --shell {shell} --dry-run").out
    assert files() == []
    assert ": written" in invoke(f"completion --shell {shell}").out
    before = {each: each.stat().st_mtime_ns for each in files()}
    assert len(before) == WRITTEN[shell]
    assert ": already there" in invoke(f"completion --shell {shell}").out
    assert {each: each.stat().st_mtime_ns for each in files()} == before
    assert ": removed" in invoke(f"completion --shell {shell} --remove").out
    assert files() == []


def test_file_of_somebody_else_stays(invoke: Invoke, tmp_path: Path) -> None:
    """It is named, the others are written, and the exit status is 1."""
    foreign = tmp_path / ".config/fish/completions/invoke.fish"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine\n")
    done = invoke("completion --shell fish")
    assert done.status == 1
    assert f"{foreign} was not written by this project" in done.err
    invoke("completion --shell fish --remove")
    assert foreign.read_text() == "mine\n"


def test_older_file_of_ours_is_renewed(invoke: Invoke, tmp_path: Path) -> None:
    """By its mark."""
    old = tmp_path / ".local/share/zsh/site-functions/_bem_operations"
    old.parent.mkdir(parents=True)
    old.write_text(f"# {installation.OURS}\n")
    assert ": renewed" in invoke("completion --shell zsh").out
    assert "_describe" in old.read_text()


def test_shell_is_the_one_that_the_person_types_in() -> None:
    """The nearest program above that is a shell, else SHELL; a named one before all."""
    assert chosen("", ["python3", "fish", "bash"], {"SHELL": "/bin/zsh"}) == ["fish"]
    assert chosen("", ["sshd"], {"SHELL": "/bin/zsh"}) == ["zsh"]
    assert chosen("bash", ["fish"], {}) == ["bash"]
    assert chosen("all", [], {}) == ["bash", "zsh", "fish"]


@pytest.mark.parametrize(("named", "words"), [("tcsh", "no completion for 'tcsh'"), ("", "cannot be seen")])
def test_shell_that_is_not_known_is_refused(named: str, words: str) -> None:
    """With the names of those that are."""
    with pytest.raises(Failure, match=words) as refused:
        chosen(named, ["sshd"], {"SHELL": "/bin/sh"})
    assert refused.value.exit_code == 2
    assert "bash, zsh, fish, all" in refused.value.remedy


def test_zsh_needs_a_line_until_it_is_there(tmp_path: Path) -> None:
    """The advice ends once .zshrc names the folder."""
    environment = {"HOME": str(tmp_path)}
    [_, line] = advice("zsh", environment)
    (tmp_path / ".zshrc").write_text(line + "\n")
    assert advice("zsh", environment) == []

"""A word that nobody knows is answered by the nearest one, with exit status 2."""

import subprocess
import sys

import pytest

from command_line.misspelling import nearest
from operation.stack import ROOT
from tests.command_line.conftest import Invoke


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("bakup", "there is no task `bakup`; did you mean `backup`?"),
        ("statsu --json", "there is no task `statsu`; did you mean `status`?"),
        ("backup lst", "there is no task `lst`; did you mean `backup.list`?"),
        ("backup list", "there is no task `list`; did you mean `backup.list`?"),
        ("list", "did you mean `backup.list` or `drill.list`"),
        ("status --jsno", "there is no option `--jsno` of `status`; did you mean `--json`?"),
        ("backup --tpye=full", "there is no option `--tpye` of `backup.take`; did you mean `--type`?"),
        ("--lst", "there is no option `--lst`; did you mean `--list`?"),
        ("--help bakup", "did you mean `backup`?"),
        ("bakup --help", "did you mean `backup`?"),
        ("qqqqqq", "there is no task `qqqqqq`.\n"),
        ("logs", "`logs` needs SERVICE."),
        ("restore --to", "`--to` needs a value."),
        ("logs api --tail many", "'many' is not a number."),
    ],
)
def test_misspelt_word(invoke: Invoke, words: str, said: str) -> None:
    """Named with the nearest; nothing on standard output."""
    done = invoke(words)
    assert done.status == 2, done.err
    assert said in done.err
    assert done.out == ""


def test_words_that_are_right_are_not_doubted(invoke: Invoke) -> None:
    """The twin: a task and its options go through."""
    done = invoke("backup --type full --dry-run")
    assert done.status == 0, done.err
    assert "--type=full" in done.out


def test_invoke_itself_answers_so() -> None:
    """A plain `invoke`, from a folder below, however it was installed."""
    done = subprocess.run(
        [sys.executable, "-m", "invoke", "bakup"],
        cwd=ROOT / "docs",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("✗ there is no task `bakup`; did you mean `backup`?\n")
    assert "Traceback" not in done.stderr


def test_nothing_is_like_everything() -> None:
    """A word that is like none gets no answer; case does not matter."""
    assert nearest("zzzz", ["backup", "restore"]) == ""
    assert nearest("BACKUP", ["backup", "restore"]) == "backup"

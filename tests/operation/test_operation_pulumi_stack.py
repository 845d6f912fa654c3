"""An update by the Automation API: what it starts, what it tells, and how it fails."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from operation import deployment, pulumi_run, pulumi_stack
from operation.changes import Changes
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

QUIET = Progress(quiet=True)
UPDATE = ["--non-interactive up"]
COUNTING = """\
#!/bin/sh
echo "$1 $2" >> {calls}
exec {pulumi} "$@"
"""


@pytest.fixture
def calls(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one program; each start of the real `pulumi` adds a line to this file."""
    pulumi = shutil.which("pulumi")
    assert pulumi, 'no pulumi on PATH: eval "$(./ops env)"'
    options = f"{{virtualenv: {sys.prefix}}}"
    (tmp_path / "Pulumi.yaml").write_text(f"name: bem\nruntime: {{name: python, options: {options}}}\n")
    stack.file.write_text("config: {}\n")
    (tmp_path / "__main__.py").write_text("import pulumi\npulumi.export('answer', 42)\n")
    noted, program = tmp_path / "calls", tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(COUNTING.format(calls=noted, pulumi=pulumi))
    program.chmod(0o755)
    for name in deployment.environment(stack):
        monkeypatch.setenv(name, "")  # so that what the deployment sets is taken back
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return noted


@pytest.mark.platform
def test_an_update_starts_pulumi_once_and_tells_what_it_did(stack: Stack, calls: Path) -> None:
    """The first makes the stack; the second finds it, and nothing to do."""
    deployment.introduce(stack)
    assert calls.read_text().splitlines() == ["--non-interactive stack"]
    for counts in ({"create": 1}, {"same": 1}):
        calls.unlink()
        assert _update(stack).counts == counts
        assert calls.read_text().splitlines() == UPDATE
    assert deployment.preview(stack, QUIET).counts == {"same": 1}


@pytest.mark.platform
def test_a_program_that_fails_is_a_failure_in_its_words(stack: Stack, calls: Path) -> None:
    """Also in a preview."""
    deployment.introduce(stack)
    (stack.root / "__main__.py").write_text("raise ValueError('no such thing')\n")
    for action in (_update, lambda stack: deployment.preview(stack, QUIET)):
        with pytest.raises(Failure, match="no such thing"):
            action(stack)
    assert len(calls.read_text().splitlines()) == len(("introduce", "up", "preview"))


@pytest.mark.platform
def test_another_passphrase_is_refused(stack: Stack, calls: Path) -> None:
    """Nothing looks at it before the update; the update does."""
    deployment.introduce(stack)
    _update(stack)
    passphrase = Path(deployment.environment(stack)["PULUMI_CONFIG_PASSPHRASE_FILE"])
    passphrase.write_text("another")
    with pytest.raises(Failure, match="does not open this stack's state"):
        _update(stack)
    assert calls.exists()


def test_without_pulumi_the_failure_says_what_to_do(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell without `./ops env`."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in deployment.environment(stack):
        monkeypatch.setenv(name, "")
    with pytest.raises(Failure, match="not on PATH"):
        deployment.introduce(stack)


def test_an_action_that_tells_nothing_is_no_success() -> None:
    """Without the last event nobody knows what was done, so it is not «nothing changed»."""
    with pytest.raises(Failure, match="did not say what it did"):
        pulumi_run.run(lambda _on_event: None, QUIET, QUIET.detail)


def _update(stack: Stack) -> Changes:
    opened = deployment.opened(stack)
    return pulumi_run.run(lambda on_event: opened.up(on_event=on_event), QUIET, QUIET.detail)


@pytest.mark.platform
@pytest.mark.usefixtures("calls")
def test_two_that_make_the_same_stack_both_have_it(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """`./ops env` beside the first `./ops up`: whoever is second finds the other's."""
    deployment.introduce(stack)
    monkeypatch.setattr(pulumi_stack, "state_path", lambda _: Path("/nowhere"))
    deployment.opened(stack)

"""What a program says is shown at once, from wherever it comes."""

import threading

import pytest

from tests.toolchain.language_host.project import SECONDS, Project

pytestmark = pytest.mark.platform

SPEAKING = """\
import pathlib, pulumi, subprocess, sys, time
print("to the output")
print("to the error", file=sys.stderr)
pulumi.log.info("to the log")
subprocess.run(["echo", "from a child"], check=True)
pulumi.Output.from_input("from an apply").apply(print)
while not pathlib.Path("heard").exists():
    time.sleep(0.01)
print("at the end")
"""


def test_words_are_shown_while_the_program_runs(project: Project) -> None:
    """It ends only after they were read."""
    project.write(__main__=SPEAKING)
    wanted = {"to the output", "to the error", "to the log", "from a child"}
    with project.start("preview") as process:
        limit = threading.Timer(SECONDS, process.kill)
        limit.start()
        assert process.stdout is not None
        for line in process.stdout:
            wanted -= {words for words in wanted if words in line}
            if not wanted:
                break
        (project.folder / "heard").touch()
        rest = process.stdout.read()
        limit.cancel()
        assert process.wait(SECONDS) == 0, rest
    assert wanted == set()
    assert "from an apply" in rest
    assert "at the end" in rest

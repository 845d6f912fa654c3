"""Programs under the real CLI: what a person sees, and what is left."""

import dataclasses
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation

from tests.toolchain.language_host.project import SECONDS, Project

pytestmark = pytest.mark.platform

OUTPUTS = """\
import pulumi, helper
config = pulumi.Config()
pulumi.export("plain", config.require("plain"))
pulumi.export("hidden", config.require_secret("hidden"))
pulumi.export("later", pulumi.Output.from_input(helper.NUMBER).apply(lambda number: number * 2))
pulumi.export("names", [pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()])
pulumi.export("root", pulumi.runtime.get_root_directory())
pulumi.export("dry", pulumi.runtime.is_dry_run())
"""
DYNAMIC = """\
from pulumi.dynamic import CreateResult, Resource, ResourceProvider, UpdateResult

class Adder(ResourceProvider):
    def create(self, props):
        return CreateResult("it", {**props, "sum": props["number"] + 1})

    def update(self, _id, _olds, news):
        return UpdateResult({**news, "sum": news["number"] + 1})

class Sum(Resource):
    def __init__(self, name, number):
        super().__init__(Adder(), name, {"number": number, "sum": None})
"""
WAITING = """\
import os, pathlib, signal
print("up", os.getpid())
try:
    signal.pause()
finally:
    pathlib.Path("cleaned").touch()
"""


def json_of(text: str) -> Any:
    """The object in a command's output, which warnings may precede."""
    return json.loads(text[text.index("{") :])


def test_configuration_and_outputs(project: Project) -> None:
    """Plain and secret, of a folder's program with a module beside it; twice is no change."""
    program = dataclasses.replace(project, main="infra/")
    program.write(__main__=OUTPUTS, helper="NUMBER = 21\n")
    program.pulumi("config", "set", "plain", "p")
    program.pulumi("config", "set", "--secret", "hidden", "h")
    assert '"h"' not in program.pulumi("up", "--yes")
    found = json_of(program.pulumi("stack", "output", "--json", "--show-secrets"))
    assert found == {
        "plain": "p",
        "hidden": "h",
        "later": 42,
        "names": ["organization", "try", "dev"],
        "root": str(project.folder),
        "dry": False,
    }
    assert "[secret]" in program.pulumi("stack", "output")
    assert "1 unchanged" in program.pulumi("up", "--yes", "--skip-preview")


def test_configuration_that_is_missing(project: Project) -> None:
    """The SDK's own words, and nothing else."""
    project.write(__main__='import pulumi\npulumi.Config().require("plain")\n')
    text = project.pulumi("preview", status=255)
    assert "error: Missing required configuration variable 'try:plain'" in text
    assert "Traceback" not in text


def test_program_of_one_file(project: Project) -> None:
    """Runs under its name; as with the official host, it does not find what lies beside it."""
    program = dataclasses.replace(project, main="app.py")
    program.write(app="import sys, pulumi\npulumi.log.warn(f'{sys.argv} {__name__}')\n", helper="")
    assert "warning: ['app.py'] __main__" in program.pulumi("preview")
    program.write(app="import helper\n")
    assert "No module named 'helper'" in program.pulumi("preview", status=255)


@pytest.mark.parametrize(
    ("program", "shown"),
    [
        ("def f():\n    return {}['x']\nf()\n", ["line 3, in <module>", "line 2, in f", "KeyError: 'x'"]),
        (
            (
                "import pulumi\ndef f(x):\n    return {}[x]\n"
                "pulumi.export('o', pulumi.Output.from_input(1).apply(f))\n"
            ),
            ["line 3, in f", "KeyError: 1"],
        ),
        ("x = = 3\n", ["line 1\n", "SyntaxError: invalid syntax"]),
        ("import nonesuch\n", ["line 1, in <module>", "No module named 'nonesuch'"]),
    ],
)
def test_error_in_the_programs_own_lines(project: Project, program: str, shown: list[str]) -> None:
    """Raised at once or later, or never begun: no line of the host or the SDK."""
    project.write(__main__=program)
    text = project.pulumi("preview", status=255)
    assert "error: Program failed with an unhandled exception:" in text
    assert all(words in text for words in shown), text
    assert "language_host/" not in text
    assert "site-packages" not in text
    assert "exited with status" not in text


def test_run_error_is_its_message(project: Project) -> None:
    """Once, without a traceback or a status."""
    project.write(__main__="import pulumi\nraise pulumi.RunError('no such stack\\n  do: make one')\n")
    text = project.pulumi("up", "--yes", "--skip-preview", status=255)
    assert "error: no such stack\n" in text
    assert "do: make one" in text
    assert "Traceback" not in text
    assert "exited with status" not in text


def test_exit_status_is_told(project: Project) -> None:
    """An exit is an error, unless it is 0."""
    project.write(__main__="import sys\nsys.exit(3)\n")
    assert "error: the program exited with status 3" in project.pulumi("preview", status=255)
    project.write(__main__="import sys\nsys.exit(0)\n")
    project.pulumi("preview")


def test_folder_without_a_program(project: Project) -> None:
    """Is named."""
    text = project.pulumi("preview", status=255)
    assert f"unable to find main python program `__main__.py` in `{project.folder}`" in text


def test_python_without_the_sdk(project: Project, tmp_path: Path) -> None:
    """Says which, and what to do."""
    subprocess.run((sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"), check=True)
    program = dataclasses.replace(project, options={"virtualenv": "bare"})
    program.write(__main__="")
    text = program.pulumi("preview", status=255)
    assert f"do: {tmp_path}/bare/bin/python -m pip install -r requirements.txt" in text


def test_dynamic_resource(project: Project) -> None:
    """Created and updated by a provider that runs in the program's Python, named from the project's root."""
    (project.folder / "venv").symlink_to(sys.prefix)
    program = dataclasses.replace(project, options={"virtualenv": "venv"}, main="infra/")
    program.write(__main__="import pulumi, adding\nadding.Sum('s', pulumi.Config().require_int('number'))\n")
    program.write(adding=DYNAMIC)
    for number in ("1", "5"):
        program.pulumi("config", "set", "number", number)
        program.pulumi("up", "--yes", "--skip-preview")
    state = json_of(program.pulumi("stack", "export"))
    sums = [each["outputs"] for each in state["deployment"]["resources"] if each.get("id") == "it"]
    assert [each["sum"] for each in sums] == [6]
    assert "2 unchanged" in program.pulumi("preview")


def test_dynamic_resource_that_fails(project: Project) -> None:
    """The provider's own words; nothing is left behind."""
    broken = DYNAMIC.replace('CreateResult("it"', 'CreateResult(props["none"]')
    project.write(__main__="import adding\nadding.Sum('s', 1)\n", adding=broken)
    assert "'none'" in project.pulumi("up", "--yes", "--skip-preview", status=255)
    assert '"it"' not in project.pulumi("stack", "export")


def started(project: Project) -> tuple[subprocess.Popen[str], int]:
    """A CLI whose program runs and waits, and that program's process: its line is shown while it runs."""
    project.write(__main__=WAITING)
    process = project.start("up", "--yes", "--skip-preview")
    assert process.stdout is not None
    for line in process.stdout:
        _, shown, rest = line.partition(" up ")
        if shown and rest.strip().isdigit():
            return process, int(rest)
    raise AssertionError("the program's line was not shown")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_program_ends_with_the_engine(project: Project, number: int) -> None:
    """Interrupted or killed: the program cleans up and is gone, and the person is told when there is one."""
    process, program = started(project)
    with process:
        held = os.pidfd_open(program)
        process.send_signal(number)
        assert process.stdout is not None
        text = process.stdout.read()
        process.wait(SECONDS)
        ended = _awaited(held)
    assert ended
    assert (project.folder / "cleaned").exists()
    assert "Traceback" not in text
    assert ("update canceled" in text) is (number != signal.SIGKILL)


def _awaited(process: int) -> bool:
    """Whether a process ends in time."""
    try:
        return bool(select.select([process], (), (), SECONDS)[0])
    finally:
        os.close(process)


def test_automation(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack of a local program, as the tasks use it; a program that fails raises."""
    project.write(__main__="import pulumi\npulumi.export('hidden', pulumi.Output.secret(1))\n")
    for name, value in project.environment().items():
        monkeypatch.setenv(name, value)
    stack = automation.create_or_select_stack("dev", work_dir=str(project.folder))
    result = stack.up()
    assert (result.outputs["hidden"].value, result.outputs["hidden"].secret) == (1, True)
    project.write(__main__="1/0\n")
    with pytest.raises(automation.CommandError, match="ZeroDivisionError"):
        stack.up()

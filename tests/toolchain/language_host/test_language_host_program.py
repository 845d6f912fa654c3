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
STUBBORN = """\
import os, time
print("up", os.getpid())
while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
"""
ENDLESS = """\
import asyncio, os, pathlib, pulumi

async def forever():
    print("up", os.getpid())
    try:
        await asyncio.Event().wait()
    finally:
        pathlib.Path("cleaned").touch()

pulumi.export("never", pulumi.Output.from_input(forever()))
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
        (
            "import nonesuch\n",
            ["line 1, in <module>", "No module named 'nonesuch'", "requirements.txt, then: pulumi install"],
        ),
        (
            (
                "import asyncio, pulumi\nasync def f():\n"
                "    await asyncio.sleep(0.01)\n    raise OSError('torn')\n"
                "pulumi.export('o', pulumi.Output.from_input(f()))\n"
            ),
            ["line 4, in f", "OSError: torn"],
        ),
        (
            (
                "import pulumi\ndef f(args):\n    raise ValueError('never')\n"
                "pulumi.runtime.register_resource_transform(f)\npulumi.ComponentResource('a:b:C', 'c')\n"
            ),
            ["line 3, in f", "error: never"],
        ),
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
    assert "Warning" not in text


def test_run_error_is_its_message(project: Project) -> None:
    """Once, without a traceback or a status."""
    project.write(__main__="import pulumi\nraise pulumi.RunError('no such stack\\n  do: make one')\n")
    text = project.pulumi("up", "--yes", "--skip-preview", status=255)
    assert "error: no such stack\n" in text
    assert "do: make one" in text
    assert "Traceback" not in text
    assert "exited with status" not in text


EXIT = """\
import pulumi, sys
pulumi.ComponentResource("a:b:C", "c")
"""


def test_exit_status_is_told(project: Project) -> None:
    """An exit is an error, unless it is 0; from an apply, too, and without what Python has to say of it."""
    project.write(__main__=f"{EXIT}pulumi.Output.from_input(1).apply(lambda _: sys.exit(3))\n")
    text = project.pulumi("preview", status=255)
    assert "error: the program exited with status 3" in text
    assert "RuntimeWarning" not in text
    project.write(__main__=f"{EXIT}sys.exit('not today')\n")
    text = project.pulumi("preview", status=255)
    assert "not today" in text
    assert "error: the program exited with status 1" in text


def test_exit_with_0_is_an_end(project: Project) -> None:
    """What was asked for before it is done."""
    project.write(__main__=f"{EXIT}sys.exit(0)\n")
    project.pulumi("up", "--yes", "--skip-preview")
    assert "2 unchanged" in project.pulumi("preview")


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


def started(project: Project, program: str = WAITING) -> tuple[subprocess.Popen[str], int]:
    """A CLI whose program runs and waits, and that program's process: its line is shown while it runs."""
    project.write(__main__=program)
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


@pytest.mark.parametrize(("program", "cleaned"), [(STUBBORN, False), (ENDLESS, True)])
def test_program_that_does_not_end_is_ended(project: Project, program: str, *, cleaned: bool) -> None:
    """It may refuse, or never come to its end; the person reads no more than that it was interrupted."""
    process, _ = started(project, program)
    with process:
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        text = process.stdout.read()
        process.wait(SECONDS)
    assert "update canceled" in text
    assert (project.folder / "cleaned").exists() is cleaned
    assert not [words for words in ("SIGKILL", "Traceback", "Warning:") if words in text]


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

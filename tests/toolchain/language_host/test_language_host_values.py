"""Values that come later, secrets, and what programs hang onto resources, under the real CLI."""

import time
from pathlib import Path

import pytest

from tests.toolchain.language_host.project import Project
from tests.toolchain.language_host.test_language_host_program import DYNAMIC, json_of

pytestmark = pytest.mark.platform

UP = ("up", "--yes", "--skip-preview")
LATER = """\
import asyncio, pulumi

class Part(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("my:own:Part", name)
        self.size = pulumi.Output.from_input(len(name)).apply(lambda size: size + 1)
        self.register_outputs({"size": self.size})

async def later(value):
    await asyncio.sleep(0.01)
    return value

async def awaited():
    part = Part("made-later")
    return await part.size.future() * 2

part = Part("one")
slow = part.size.apply(lambda size: pulumi.Output.from_input(later(size)))
pulumi.export("chain", slow.apply(lambda size: size * 10))
pulumi.export("awaited", pulumi.Output.from_input(awaited()))
pulumi.export("coroutine", later("x"))
text = pulumi.Output.format("{0}-{1}", later("a"), 2)
pulumi.export("nested", {"all": [later(1), part.size], "text": text})
pulumi.export("sum", pulumi.Output.all(part.size, later(5)).apply(sum))
"""
SECRET = "s3cr3t-value"  # noqa: S105  # the test's own
HIDDEN = """\
import pulumi
config = pulumi.Config()
hidden = config.require_secret("hidden")
print("printed", config.require("hidden"))
pulumi.log.warn("logged " + config.require("hidden"))
hidden.apply(lambda value: print("applied", value))
pulumi.ComponentResource("a:b:C", "c", {"hidden": hidden}).register_outputs({"hidden": hidden})
pulumi.export("hidden", hidden)
pulumi.export("size", hidden.apply(len))
pulumi.export("plain", "p")
raise ValueError("raised " + config.require("hidden"))
"""
REFERRING = """\
import pulumi
other = pulumi.StackReference("organization/try/dev")
pulumi.export("hidden", other.require_output("hidden"))
pulumi.export("plain", other.get_output("plain"))
pulumi.export("none", other.get_output("none"))

async def details():
    return (await other.get_output_details("plain")).value

pulumi.export("details", pulumi.Output.from_input(details()))
"""
HOOKED = """\
import pulumi, adding

def older(given):
    props = {**given.props, "number": given.props["number"] + 1}
    return pulumi.ResourceTransformationResult(props, given.opts)

def newer(given):
    if given.type_.startswith("pulumi-python:dynamic"):
        props = {**given.props, "number": given.props["number"] * 10}
        return pulumi.ResourceTransformResult(props, given.opts)

pulumi.runtime.register_resource_transform(newer)
after = pulumi.ResourceHook("after", lambda given: print("made", given.name, int(given.new_outputs["sum"])))
options = pulumi.ResourceOptions(
    transformations=[older], hooks=pulumi.ResourceHookBinding(after_create=[after])
)
adding.Sum("s", 4, options)
"""
DYNAMIC_WITH_OPTIONS = DYNAMIC.replace("name, number)", "name, number, options=None)").replace(
    '"sum": None})', '"sum": None}, options)'
)
REFUSING = """\
import pulumi, adding

def refuse(given):
    raise ValueError(f"the hook refuses {given.name}")

before = pulumi.ResourceHook("before", refuse)
options = pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[before]))
adding.Sum("t", 4, options)
"""
MANY = """\
import pulumi

class Part(pulumi.ComponentResource):
    def __init__(self, number, parent):
        super().__init__("my:own:Part", f"p{number}", None, pulumi.ResourceOptions(parent=parent))
        self.number = pulumi.Output.from_input(number).apply(lambda number: number * 2)
        self.register_outputs({"number": self.number})

parts = [Part(0, None)]
for number in range(1, 200):
    parts.append(Part(number, parts[number // 10]))
pulumi.export("sum", pulumi.Output.all(*(part.number for part in parts)).apply(sum))
"""


def test_values_that_come_later(project: Project) -> None:
    """Chains of apply, coroutines, and what a coroutine makes and awaits, nested and joined."""
    project.write(__main__=LATER)
    project.pulumi(*UP)
    assert json_of(project.pulumi("stack", "output", "--json")) == {
        "chain": 40,
        "awaited": 22,
        "coroutine": "x",
        "nested": {"all": [1, 4], "text": "a-2"},
        "sum": 9,
    }
    assert "3 unchanged" in project.pulumi("preview")


def within(folder: Path, words: str) -> list[Path]:
    """The files of a folder that hold words."""
    return [file for file in folder.rglob("*") if file.is_file() and words.encode() in file.read_bytes()]


def test_secret_stays_one(project: Project) -> None:
    """Printed, logged, raised, exported, and read by another stack: nobody sees it, and no file holds it."""
    project.pulumi("config", "set", "--secret", "hidden", SECRET)
    project.write(__main__=HIDDEN)
    text = project.pulumi(*UP, status=255)
    assert all(f"{word} [secret]" in text for word in ("printed", "logged", "applied", "raised")), text
    project.write(__main__=HIDDEN.partition("raise")[0])
    text += project.pulumi(*UP)
    project.pulumi("stack", "init", "other")
    project.write(__main__=REFERRING)
    text += project.pulumi(*UP, "--stack", "other")
    assert SECRET not in text
    assert within(project.folder, SECRET) == []
    assert within(project.folder, '"plain"')
    assert json_of(project.pulumi("stack", "output", "--stack", "other", "--json", "--show-secrets")) == {
        "hidden": SECRET,
        "plain": "p",
        "details": "p",
    }


def test_output_that_another_stack_has_not(project: Project) -> None:
    """Is named, without a line of the host; a stack that is not there is named by the engine."""
    project.write(__main__="import pulumi\npulumi.export('x', 1)\n")
    project.pulumi(*UP)
    reference = (
        "import pulumi\nother = pulumi.StackReference('organization/try/{}')\nother.require_output('y')\n"
    )
    project.write(__main__=reference.format("dev"))
    text = project.pulumi("preview", status=255)
    assert "KeyError: 'y'" in text
    assert "language_host/" not in text
    project.write(__main__=reference.format("none"))
    assert 'unknown stack "organization/try/none"' in project.pulumi("preview", status=255)


def test_transforms_and_hooks(project: Project) -> None:
    """Both kinds of transform in order, and a hook that sees what was made; one that refuses ends the run."""
    project.write(__main__=HOOKED, adding=DYNAMIC_WITH_OPTIONS)
    assert "made s 51" in project.pulumi(*UP)
    project.write(__main__=REFUSING)
    text = project.pulumi(*UP, status=255)
    assert 'before hook "before" failed: the hook refuses t' in text
    assert "Traceback" not in text


def test_two_hundred_components(project: Project) -> None:
    """Are made, each once, and are no change afterwards."""
    project.write(__main__=MANY)
    assert "201 created" in project.pulumi(*UP)
    began = time.monotonic()
    assert "201 unchanged" in project.pulumi("preview")
    assert time.monotonic() - began < SLOW
    assert json_of(project.pulumi("stack", "output", "--json")) == {"sum": 199 * 200}


SLOW = 60.0
"""Seconds that looking at 200 resources must never take, however busy the host is."""

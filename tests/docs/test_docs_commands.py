"""Every command in the documents is one that can be typed, and every task is documented."""

import re

import pytest
from invoke.parser.context import ParserContext

from operation.stack import ROOT
from tests.docs.command import Command, commands_of
from tests.docs.document import ALL, OPERATING, README, Document, spans
from tests.docs.grammar import contexts, fault_of

EVERYWHERE = {"--stack", "--json", "--yes"}
"""Options that the guide explains once, for all tasks."""
ABOUT_NONE = {"completion"}
"""Tasks that have to do with no stack."""
EXAMPLE = re.compile(r"[A-Z]+")
"""A word that a person replaces."""


def named(context: ParserContext) -> set[str]:
    """All names of a task."""
    return {name for name, each in contexts().items() if each.name == context.name}


def heading_of(context: ParserContext) -> str:
    """The name that the guide has a section for; the shortest one when it has none."""
    return min(named(context), key=lambda name: (name not in OPERATING.headings(), len(name)))


TASKS = {heading_of(context): context for context in contexts().values()}


def typed(*words: str, span: bool = False) -> Command:
    """A command as a document would show it."""
    return Command(words[0], words[1:], "", span)


@pytest.mark.slow
@pytest.mark.parametrize("document", ALL, ids=lambda document: document.path)
def test_commands_are_real(document: Document) -> None:
    """Tasks and options, by Invoke's own parser; those of `./ops`, by its programs' own help."""
    faults = {str(command): fault for command in commands_of(document) if (fault := fault_of(command))}
    assert not faults


def test_commands_are_found() -> None:
    """Of boxes, spans, tables and within other commands; comments are none."""
    shown = {str(command) for each in (README, OPERATING) for command in commands_of(each)}
    assert {
        "invoke backup",
        "./ops env --stack test",
        "./ops doctor",
        "invoke logs all --follow",
    } <= shown
    assert not [each for each in shown if "#" in each]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (typed("invoke", "bakcup"), "No idea what 'bakcup' is"),
        (typed("invoke", "backup", "--typ", "full"), "No idea what '--typ' is"),
        (typed("invoke", "restore", "--to"), "needed value"),
        (typed("invoke", "logs"), "did not receive"),
        (typed("invoke", "--help", "bakcup"), "no task to help with"),
        (typed("invoke"), "no task is named"),
        (typed("./ops", "doctor", "--jsn"), "no such options"),
        (typed("./ops", "env", "--stak=x"), "no such options"),
        (typed("./ops", "bakcup", "--help"), "no task to help with"),
    ],
)
def test_command_that_nobody_can_type_is_found(command: Command, words: str) -> None:
    """A wrong task, a wrong option, a word too few."""
    assert words in fault_of(command)


def test_sentence_may_cut_a_command_short() -> None:
    """It may name a task; a box may not."""
    assert fault_of(typed("invoke", "logs", span=True)) == ""
    assert fault_of(typed("invoke", span=True)) == ""
    assert fault_of(typed("invoke", "bakcup", span=True))


def test_every_task_has_its_section() -> None:
    """Of its own name; a section that looks like a task is one; the list at the top names each."""
    headings = set(OPERATING.headings())
    assert set(TASKS) <= headings
    dotted = {heading for heading in headings if re.fullmatch(r"[a-z]+\.[a-z-]+", heading)}
    assert dotted <= set(contexts())
    assert {f"#{anchor(name)}" for name in TASKS} <= set(OPERATING.links())


def anchor(task: str) -> str:
    """Of a task's section."""
    return task.replace(".", "")


@pytest.mark.parametrize("task", TASKS)
def test_task_is_documented(task: str) -> None:
    """Each option here or in a section that this one leads to, and no other; an example; all its names."""
    section, context = OPERATING.section(task), TASKS[task]
    known = {flag for flag in context.flags if flag.startswith("--")}
    assert {word for row in options_in(task) for word in row} <= known
    positional = {f"--{argument.name}" for argument in context.positional_args}
    led_to = [other for other in TASKS if f"(#{anchor(other)})" in section]
    written = set(re.findall(r"--[a-z][a-z-]*", " ".join((section, *map(OPERATING.section, led_to)))))
    assert known - EVERYWHERE - positional <= written
    assert [name for name in named(context) - {task} if f"`{name}`" not in section] == []
    examples = [each for each in commands_of(OPERATING) if each.section == task and not each.span]
    assert any(each.words[0] in named(context) for each in examples)


def options_in(task: str) -> list[list[str]]:
    """The options that the table of a task's section explains."""
    return [
        [word for text in spans(row.cells[0]) for word in re.findall(r"^--[a-z][a-z-]*", text)]
        for row in OPERATING.rows()
        if row.section == task
    ]


def test_every_task_takes_a_stack() -> None:
    """As the guide says of all that have to do with one."""
    assert "Every task about a stack takes `--stack NAME`" in OPERATING.file.read_text()
    assert {name for name, context in TASKS.items() if "--stack" not in context.flags} <= ABOUT_NONE


def test_runbooks_of_drills_are_there() -> None:
    """A drill that a document shows has its file."""
    shown = [
        command.words for each in ALL for command in commands_of(each) if command.words[:1] == ("drill",)
    ]
    names = {words[1] for words in shown if len(words) > 1 and not EXAMPLE.fullmatch(words[1])}
    assert names
    assert [name for name in names if not (ROOT / "runbooks" / f"{name}.md").exists()] == []

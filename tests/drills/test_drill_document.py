"""Runbooks: what is read out of a good one, and how each fault is refused before anything runs."""

from pathlib import Path

import pytest

from drills.cell import Cell
from drills.document import FOLDER, PHASES, Runbook, load, named, names
from operation.failure import Failure
from tests.drills.conftest import Write

CELL = '```sh {"name": "a-recover"}'


def refusal_of(path: Path) -> str:
    """The message that the file earns."""
    with pytest.raises(Failure) as caught:
        load(path)
    assert caught.value.exit_code == 2
    assert "nothing was executed" in caught.value.meaning
    return caught.value.what


def line_of(path: Path, text: str) -> int:
    """Number of the first line that holds the text."""
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


@pytest.mark.parametrize("name", names())
def test_every_runbook_of_ours_is_sound(name: str) -> None:
    """What a person would follow tonight can be read by a drill."""
    runbook = named(name)
    assert all(runbook.phases[phase] for phase in ("confirm", "fault", "recover", "verify"))


def test_database_volume_lost_promises_what_the_project_promises() -> None:
    """Sixty seconds, and twelve seconds of writes."""
    objectives = load(FOLDER / "database-volume-lost.md").objectives
    assert (objectives.rto, objectives.rpo) == (60, 12)


def test_a_good_runbook_is_read(write: Write) -> None:
    """Title, objectives, phases, and each cell with its expectations."""
    path = write(
        attributes={"recover": ', "exit": 3, "contains": "done: all", "timeout": "5m"'}, recover="exit 3"
    )
    runbook = load(path)
    assert (runbook.name, runbook.title, runbook.schedule) == (
        "platform-lost",
        "The platform is lost",
        "weekly",
    )
    assert [[cell.name for cell in runbook.phases[phase]] for phase in PHASES] == [
        ["a-confirm"], ["a-fault"], ["a-recover"], ["a-verify"], ["a-cleanup"]
    ]  # fmt: skip
    (cell,) = runbook.phases["recover"]
    assert (cell.exit, cell.contains, cell.timeout, cell.script) == (3, "done: all", 300, "exit 3\n")
    assert cell.line == line_of(path, '"a-recover"')
    assert cell.argv == ("bash", "-euo", "pipefail", "-c", "exit 3\n")


def test_what_runme_saved_reads_the_same(write: Write) -> None:
    """It turns every value into a string, sorts the keys, and adds marks of its own."""
    attributes = {"recover": ', "exit": 3, "timeout": "5m"', "fault": ', "excludeFromRunAll": true'}
    path = write(attributes=attributes)
    before = load(path)
    saved = {
        '{"name": "a-recover", "exit": 3, "timeout": "5m"}':
            '{"exit":"3","id":"01HF7B0KJ8625WYRCRVXJ51RKH","name":"a-recover","timeout":"5m"}',
        '{"name": "a-fault", "excludeFromRunAll": true}': '{"excludeFromRunAll":"true","name":"a-fault"}',
        "schedule: weekly\n": "schedule: weekly\nrunme:\n  id: 01HF7B0KJZ\n  version: v3\n",
    }  # fmt: skip
    for old, new in saved.items():
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    after = load(path)
    assert [(each.name, each.exit, each.timeout, each.exclude_from_run_all) for each in cells(after)] == [
        (each.name, each.exit, each.timeout, each.exclude_from_run_all) for each in cells(before)
    ]


def cells(runbook: Runbook) -> list[Cell]:
    """All of them, in their order."""
    return [cell for phase in PHASES for cell in runbook.phases[phase]]


def test_text_is_shown_and_never_run(write: Write) -> None:
    """A fence marked `text` is no cell."""
    path = write()
    path.write_text(path.read_text().replace("Do this.", "```text\nan example (\n```"))
    assert [cell.name for cell in load(path).phases["recover"]] == ["a-recover"]


# ruff: noqa: E501  # a table is easier to read with one fault a line
FAULTS = {
    "no front matter": ("---\ntitle", "title", "there is no front matter"),
    "front matter without an end": ("weekly\n---", "weekly\n", "the front matter does not end"),
    "front matter that is no YAML": ("blast_radius: everything", "blast_radius: [", "is not YAML"),
    "a key twice": ("schedule: weekly", "schedule: weekly\nschedule: daily", "is not YAML"),
    "an unknown key": ("schedule:", "scheduled: weekly\nschedule:", "scheduled: unknown key; known here: title,"),
    "an unknown objective": ("rto: 60s", "rto: 60s, mttr: 1s", "objectives.mttr: unknown key; known here: rto, rpo"),
    "a missing key": ("title: The platform is lost\n", "", "title is missing"),
    "a missing objective": ("rto: 60s, ", "", "objectives.rto is missing"),
    "a number for a duration": ("rto: 60s", "rto: 60", "60 is no duration: write 60s, 2m or 1h"),
    "an objective of nothing": ("rto: 60s", "rto: 0s", "'0s' is no duration"),
    "words for a duration": ("rpo: 12s", "rpo: soon", "'soon' is no duration"),
    "an unknown schedule": ("schedule: weekly", "schedule: sometimes", "schedule: Input should be"),
    "an unknown phase": ("## Recover", "## Repair", "'Repair' is no phase"),
    "a phase twice": ("## Cleanup", "## Verify", "was there before"),
    "phases out of order": ("## Confirm", "## Cleanup", "is out of order"),
    "no cell in recover": (CELL, "```text", "the phase 'Recover' has no cell"),
    "a cell before the phases": ("Prose is free.", '```sh {"name": "early"}\nls\n```', "belongs to no phase"),
    "a cell without attributes": (CELL, "```sh", "this cell has no name"),
    "a cell without a name": (CELL, '```sh {"exit": 0}', "this cell has no name"),
    "a name for nobody": ('"a-recover"', '"A Name"', "name: String should match pattern"),
    "a name twice": ('"a-recover"', '"a-fault"', "the name 'a-fault' is taken by the cell in line"),
    "an unknown attribute": ('"a-recover"', '"a-recover", "retries": 3', "retries: unknown attribute"),
    "an attribute twice": ('"a-recover"', '"a-recover", "name": "b"', "the key 'name' is there twice"),
    "attributes that are no JSON": (CELL, "```sh { name=restore }", "are not one JSON object"),
    "attributes that Runme cuts": ('"a-recover"', '"a-recover", "contains": "}"', "ends the attributes at the first }"),
    "an exit status as words": ('"a-recover"', '"a-recover", "exit": "none"', "exit: Input should be a valid integer"),
    "an exit status that none is": ('"a-recover"', '"a-recover", "exit": 256', "exit: Input should be less than"),
    "a flag as words": ('"a-recover"', '"a-recover", "excludeFromRunAll": "no"', "excludeFromRunAll: Input should be"),
    "a limit that is none": ('"a-recover"', '"a-recover", "timeout": 5', "timeout: 5 is no duration"),
    "a fault that Run All runs": (', "excludeFromRunAll": true', "", "must not run with Runme's \"Run All\""),
    "a shell nobody knows": (CELL, CELL.replace("sh", "fish", 1), "a fence marked 'fish' is ambiguous"),
    "a fence with a backtick": ('"a-recover"', '"a-recover", "contains": "`"', "this is no fence to Markdown"),
    "a fence without an end": ("echo cleanup >> played\n```", "echo cleanup", "this fence does not end"),
    "indented code": ("Prose is free.", "\n    rm -rf everything\n", "Runme would run this indented code"),
    "an empty cell": ("echo recover >> played", "", "this cell is empty"),
    "shell syntax": ("echo recover >> played", "if true; then", "bash refuses this: syntax error"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_refused_before_anything_runs(write: Write, fault: str) -> None:
    """Each is told with its file, its line, what is wrong and what to write; no cell has run."""
    old, new, message = FAULTS[fault]
    path = write()
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    told = refusal_of(path)
    lines = [line for line in told.splitlines() if message in line]
    assert lines, told
    assert lines[0].startswith("platform-lost.md:")
    assert "; " in lines[0]
    assert not (path.parent.parent / "played").exists()


@pytest.mark.parametrize(
    ("fault", "marker"),
    [
        ("an unknown key", "scheduled:"),
        ("words for a duration", "rpo: soon"),
        ("an unknown phase", "## Repair"),
        ("an unknown attribute", "retries"),
        ("indented code", "rm -rf"),
        ("shell syntax", "if true; then"),
    ],
)
def test_the_line_is_the_right_one(write: Write, fault: str, marker: str) -> None:
    """An editor that follows `file:line` stands where the mistake is, or right behind it."""
    old, new, message = FAULTS[fault]
    path = write()
    path.write_text(path.read_text().replace(old, new, 1))
    told = next(line for line in refusal_of(path).splitlines() if message in line)
    assert int(told.split(":")[1]) - line_of(path, marker) in {0, 1}


def test_all_faults_are_told_at_once(write: Write) -> None:
    """Nobody mends a runbook one message at a time; the messages follow the lines."""
    path = write(verify="fi")
    path.write_text(path.read_text().replace("rpo: 12s", "rpo: soon").replace("## Recover", "## Repair"))
    lines = [int(line.split(":")[1]) for line in refusal_of(path).splitlines()]
    assert len(lines) >= 4
    assert lines == sorted(lines)


def test_what_is_not_text_is_refused(write: Write) -> None:
    """A file in another encoding names the line of the first wrong byte."""
    path = write()
    path.write_bytes(path.read_bytes().replace(b"Prose is free.", b"\xff"))
    assert f":{line_of_bytes(path)}: this is not UTF-8" in refusal_of(path)


def line_of_bytes(path: Path) -> int:
    """Number of the line with the byte that is no UTF-8."""
    return path.read_bytes().split(b"\xff")[0].count(b"\n") + 1


def test_an_unknown_runbook_names_the_nearest(write: Write) -> None:
    """A typing error is answered with the name that was meant."""
    folder = write().parent
    assert named("platform-lost", folder).title == "The platform is lost"
    with pytest.raises(Failure) as caught:
        named("platfrom-lost", folder)
    assert "did you mean 'platform-lost'?" in caught.value.remedy
    assert caught.value.exit_code == 2


def test_a_path_is_no_name(write: Write) -> None:
    """A name leads to the folder of runbooks and nowhere else."""
    folder = write().parent
    (folder.parent / "other.md").write_text("secret")
    with pytest.raises(Failure, match="there is no runbook"):
        named("../other", folder)

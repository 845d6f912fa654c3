"""Every task, as a person meets it: help, an example, the operating guide, the options it must have."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from invoke.collection import Collection
from invoke.parser.argument import Argument
from invoke.program import Program
from invoke.tasks import Task

from operation.stack import ROOT
from tests.command_line.wiring import FRESH

GUIDE = (ROOT / "docs" / "operating.md").read_text()
JSON, DRY_RUN, YES = "json", "dry_run", "yes"
MUST: dict[str, set[str]] = {
    "backup.endpoint": {JSON, DRY_RUN},
    "backup.kit": {JSON, DRY_RUN},
    "backup.list": {JSON},
    "backup.mark": {JSON, DRY_RUN},
    "backup.marks": {JSON},
    "backup.passphrase": {JSON, DRY_RUN, YES},
    "backup.rescue": {JSON, DRY_RUN},
    "backup.retention": {JSON, DRY_RUN, YES},
    "backup.proofs": {JSON},
    "backup.schedule": {JSON, DRY_RUN},
    "backup.take": {JSON, DRY_RUN},
    "backup.vault": {JSON, DRY_RUN, YES},
    "backup.verify": {JSON},
    "certs.acme": {JSON, DRY_RUN},
    "certs.check": {JSON},
    "certs.export": {JSON, DRY_RUN},
    "certs.import": {JSON, DRY_RUN},
    "certs.init": {JSON, DRY_RUN, YES},
    "certs.issue": {JSON, DRY_RUN},
    "certs.prune": {JSON, DRY_RUN},
    "certs.renew": {JSON, DRY_RUN},
    "certs.revoke": {JSON, DRY_RUN, YES},
    "certs.rotate": {JSON, DRY_RUN, YES},
    "certs.schedule": {JSON, DRY_RUN},
    "certs.show": {JSON},
    "compose": {JSON},
    "completion": {JSON, DRY_RUN},
    "database.upgrade": {JSON, DRY_RUN, YES},
    "deploy": {JSON, DRY_RUN},
    "down": {JSON, DRY_RUN, YES},
    "drill.list": {JSON},
    "drill.report": {JSON},
    "drill.run": {JSON, DRY_RUN, YES},
    "drill.schedule": {JSON, DRY_RUN},
    "exec": set(),
    "history": {JSON},
    "logs": {JSON},
    "migrate": {JSON, DRY_RUN, YES},
    "preview": {JSON},
    "probe": {JSON},
    "pulse.dead": {JSON},
    "pulse.drop": {JSON, DRY_RUN, YES},
    "pulse.replay": {JSON, DRY_RUN, YES},
    "pulse.status": {JSON},
    "ps": {JSON},
    "restore.forget": {JSON, DRY_RUN, YES},
    "restore.to-point": {JSON, DRY_RUN, YES},
    "restore.undo": {JSON, DRY_RUN, YES},
    "recover": {JSON, DRY_RUN},
    "restart": {JSON, DRY_RUN},
    "scale": {JSON, DRY_RUN},
    "schedule.fire": set(),
    "schedule.list": {JSON},
    "schedule.remove": {DRY_RUN},
    "schedule.run": set(),
    "status": {JSON},
    "train.jobs": {JSON},
    "train.sample": {JSON, DRY_RUN},
    "train.start": {JSON, DRY_RUN},
    "token.issue": {JSON},
    "token.page": {JSON},
    "token.list": {JSON},
    "token.rotate": {JSON, DRY_RUN},
    "up": {JSON, DRY_RUN},
}
"""`--json` where a task reports, `--dry-run` where it changes, `--yes` where it asks; a line for each."""
STACKLESS = {"completion"}
"""Tasks that are about no stack."""
EXPLAINED_ONCE = {"stack", "json", "yes", "dry_run"}
"""Options that mean the same at every task; the guide says so above them all."""


def all_tasks(collection: Collection, prefix: str = "") -> Iterator[tuple[str, "Task[Any]"]]:
    """Each task under its full name."""
    for name, each in collection.tasks.items():
        yield prefix + collection.transform(name), each
    for name, inner in collection.collections.items():
        yield from all_tasks(inner, f"{prefix}{name}.")


NAMESPACE = copy.deepcopy(FRESH)
TASKS = dict(all_tasks(NAMESPACE))


def shortest(name: str) -> str:
    """What a person types: `backup` for `backup.take`, the default of its collection."""
    group, _, last = name.rpartition(".")
    return group if group and NAMESPACE.collections[group].default == last else name


def section(name: str) -> str:
    """The task's section in the operating guide; empty when there is none."""
    for title in (shortest(name), name):
        found = re.search(rf"^### {re.escape(title)}\n(.*?)(?=^##)", GUIDE, re.MULTILINE | re.DOTALL)
        if found:
            return found[1]
    return ""


def faults(name: str, task: "Task[Any]") -> list[str]:
    """What is missing at one task."""
    options = {each.name or "": each for each in task.get_arguments()}
    found = [f"--{each} has no help" for each, option in options.items() if not option.help]
    found += [f"no --{each}" for each in MUST.get(name, set()) if each not in options]
    if not re.search(
        rf"Examples?: .*invoke ({re.escape(name)}|{re.escape(shortest(name))})\b", task.__doc__ or ""
    ):
        found.append("no example in its help")
    if name not in MUST:
        found.append("no line in MUST")
    if name not in STACKLESS and "stack" not in options:
        found.append("no --stack")
    return found + guide_faults(name, options)


def guide_faults(name: str, options: Mapping[str, Argument]) -> list[str]:
    """What the operating guide keeps quiet about."""
    text = section(name)
    if not text:
        return ["no section in docs/operating.md"]
    found = (
        []
        if re.search(rf"(invoke|./ops) {re.escape(shortest(name))}\b", text)
        else ["no command in the guide"]
    )
    flags = {
        each: f"--{each.replace('_', '-')}"
        for each, option in options.items()
        if not option.positional and each not in EXPLAINED_ONCE
    }
    return found + [f"the guide does not say {flag}" for flag in flags.values() if flag not in text]


@pytest.mark.parametrize("name", TASKS)
def test_task_is_complete(name: str) -> None:
    """Nothing is missing."""
    assert not faults(name, TASKS[name])


def test_table_names_no_task_that_is_gone() -> None:
    """A renamed task takes its line along."""
    assert not set(MUST) - set(TASKS)


def test_what_is_missing_is_found() -> None:
    """The twin that fails: a task without anything."""

    def bare(_context: object, number: int = 1) -> None:
        pass

    found = faults("bare", Task(bare))
    assert found == [
        "--number has no help",
        "no example in its help",
        "no line in MUST",
        "no --stack",
        "no section in docs/operating.md",
    ]


@pytest.mark.slow
def test_every_example_can_be_typed() -> None:
    """The parser takes each example of each task's help."""
    for task in TASKS.values():
        text = " ".join((task.__doc__ or "").split())
        for line in re.findall(r"invoke [^;]+?(?=;|\.?$)", text.partition("Example")[2]):
            program = Program(namespace=NAMESPACE)
            program.create_config()
            program.parse_core(line.split())
            program.parse_collection()
            program.parse_tasks()
            assert program.tasks, line

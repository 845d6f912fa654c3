"""What may come next on a command line."""

import copy

import pytest
from invoke.program import Program

from backups.engine import REPOSITORIES, TYPES
from command_line import values
from command_line.candidates import candidates, own_commands
from infra.parties import PARTIES
from operation import history
from tests.command_line.test_every_task import TASKS
from tests.command_line.wiring import FRESH
from tokens.issue import SCOPES

CORE = Program().initial_context
COLLECTION = copy.deepcopy(FRESH)
CONTEXTS = COLLECTION.to_contexts()


def offered(*words: str) -> list[str]:
    """The words alone."""
    return [each.word for each in candidates(words, COLLECTION, CONTEXTS, CORE)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("invoke", "stat"), ["status"]),
        (("invoke", "nothing-like-it"), []),
        (("invoke", "status", "--js"), ["--json"]),
        (("invoke", "--json", "stat"), ["status"]),
        (("inv", "backup", "--type", ""), ["full", "diff", "incr"]),
        (("invoke", "backup", "--type", "d"), ["diff"]),
        (("invoke", "backup", "--type=f"), ["--type=full"]),
        (("invoke", "backup.take", "--repo", ""), ["local", "s3"]),
        (("invoke", "backup", "--repo", "s3", "--ty"), ["--type"]),
        (("invoke", "logs", "load"), ["load-balancer"]),
        (("invoke", "logs", "api", "--ta"), ["--tail"]),
        (("invoke", "drill", "database-v"), ["database-volume-lost"]),
        (("invoke", "history", "--outcome", "f"), ["failed"]),
        (("invoke", "certs.renew", "--party", "o"), ["object-store"]),
        (("invoke", "restore", "--to", ""), []),
        (("invoke", "token.issue", "--scope", "items:w"), ["items:write"]),
        (("invoke", "--help", "stat"), ["status"]),
        (("invoke", "--list-d"), ["--list-depth"]),
        (("./ops", "doct"), ["doctor"]),
        (("invoke", "doct"), []),
        (("/some/where/ops", "doctor", ""), ["--json"]),
        (("ops", "up", "--skip"), ["--skip-backup"]),
    ],
)
def test_what_may_come_next(words: tuple[str, ...], expected: list[str]) -> None:
    """Tasks, options of the task before, and the values that an option takes."""
    assert offered(*words) == expected


def test_all_tasks_and_all_options() -> None:
    """None is left out; the launcher's own commands only behind `ops`."""
    names = {each for name, others in COLLECTION.task_names.items() for each in (name, *others)}
    assert set(TASKS) < names == set(offered("invoke", ""))
    assert {"setup", "doctor", "test", "env"} < set(offered("./ops", ""))
    assert set(offered("invoke", "status", "")) == {"--watch", "--interval", "--stack", "--json", "--help"}


def test_each_says_what_it_does() -> None:
    """Shells that can show it do: zsh and fish."""
    found = candidates(["invoke", "status", "--j"], COLLECTION, CONTEXTS, CORE)
    assert [each.description for each in found] == ["print JSON; with --watch one line a change"]
    assert all(each.description for each in candidates(["ops", ""], COLLECTION, CONTEXTS, CORE))


def test_stacks_are_those_that_have_a_file() -> None:
    """Also behind the launcher's own command."""
    assert "local" in offered("invoke", "up", "--stack", "")
    assert "local" in offered("./ops", "env", "--stack", "")


def test_lists_that_are_written_down_are_true() -> None:
    """Completion imports nothing heavy, so its lists are compared with their origin here."""
    assert set(values.SERVICES) == {party.role for party in PARTIES if not party.job}
    assert set(values.PARTIES) == {party.role for party in PARTIES}
    assert set(values.REPOSITORIES) == set(REPOSITORIES.values())
    assert values.TYPES == TYPES
    assert values.OUTCOMES == history.OUTCOMES
    assert values.SCOPES == SCOPES


def test_no_value_belongs_to_an_option_that_is_gone() -> None:
    """Each name in the table is an option of some task."""
    options = {
        each.replace("_", "-")
        for task in TASKS.values()
        for each in (a.name or "" for a in task.get_arguments())
    }
    assert {name.rpartition(" ")[2] for name in values.VALUES} <= options


def test_launcher_says_its_commands_itself() -> None:
    """With their options, also those on lines below; tasks and prose are none."""
    head = """#
#   ./ops TASK …                any task: ./ops --list, ./ops status
#   ./ops setup                 only set up
#         --bundle FILE         from a file
#   ./ops doctor [--json]       each part
#   eval "$(./ops env)"         for a shell; --stack NAME"""
    assert own_commands(head) == {"setup": ["--bundle"], "doctor": ["--json"], "env": ["--stack"]}

"""The commands that docs/operating.md and README.md show, taken from there and typed."""

import re
import signal
from dataclasses import dataclass

import pytest

from tests.docs.command import Command
from tests.docs.executed import documented, is_harmless
from tests.platform.deployment import Deployment

pytestmark = pytest.mark.platform

EXAMPLES = {"SERVICE": "database", "NAME": "database-volume-lost"}
"""What a person writes for a word in capitals."""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\S+")
LABEL = re.compile(r"\d{8}-\d{6}F")
MARK = "before-release-7"
SECONDS = 60.0
INTERRUPTED = 130
COMMANDS = [command for command in documented() if command.program == "invoke"]
HARMLESS = [command for command in COMMANDS if is_harmless(command) and "--follow" not in command.words]
RESTORES = [command for command in COMMANDS if command.words[0] == "restore" and command not in HARMLESS]


@dataclass(frozen=True)
class Values:
    """What the deployment has in place of the document's examples.

    Attributes:
        stack: its name.
        label: of a backup.
        time: a moment that can be restored to.
    """

    stack: str
    label: str
    time: str

    def words(self, command: Command) -> list[str]:
        """A command's words with these values."""
        words = [EXAMPLES.get(word, word) for word in command.words]
        words = [LABEL.sub(self.label, TIME.sub(self.time, word)) for word in words]
        return [
            self.stack if before == "--stack" else word
            for before, word in zip(("", *words), words, strict=False)
        ]


@pytest.fixture(scope="module")
def values(first_up: tuple[Deployment, str]) -> Values:
    """Those of the deployment of the session, which has the mark that the guide names."""
    deployment, _ = first_up
    deployment.succeed("backup.mark", MARK)
    found = deployment.succeed("backup.list", "--json").json
    return Values(deployment.name, found["backups"][0]["label"], found["reach"]["local"]["until"])


@pytest.mark.parametrize("command", HARMLESS, ids=str)
def test_command_that_looks(platform: Deployment, values: Values, command: Command) -> None:
    """It ends with status 0, and says something."""
    assert platform.succeed(*values.words(command), seconds=SECONDS).words.strip()


@pytest.mark.parametrize("command", RESTORES, ids=str)
def test_restore_is_one_that_the_stack_would_take(
    platform: Deployment, values: Values, command: Command
) -> None:
    """Its pre-flight finds no fault; that it restores is shown elsewhere."""
    assert "--dry-run" not in command.words
    said = platform.succeed(*values.words(command), "--dry-run", seconds=SECONDS)
    assert re.search(r"from +\d{8}-\d{6}F", said.words)


@pytest.mark.parametrize("command", [each for each in COMMANDS if "--follow" in each.words], ids=str)
def test_command_that_goes_on_until_it_is_interrupted(
    platform: Deployment, values: Values, command: Command
) -> None:
    """It shows lines meanwhile, and ends as the guide's exit codes say."""
    with platform.start("invoke", *values.words(command)) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGTERM)  # Ctrl-C is ignored where a shell put the tests in the background
        rest = process.stdout.read()
        assert process.wait(SECONDS) == INTERRUPTED, rest


def test_full_backup_into_one_repository(platform: Deployment) -> None:
    """As the guide shows it; its example of a schedule is the same without the option."""
    shown = [each for each in COMMANDS if {"full", "--repo"} <= set(each.words)]
    (command,) = [each for each in shown if "--verify" not in each.words]
    taken = platform.succeed(*command.words, "--json", seconds=SECONDS).json["backups"]
    assert [each["label"][-1] for each in taken] == ["F"]

"""A stack in the hands of Pulumi's Automation API, without the commands whose answers nobody reads.

For one update the API starts `pulumi` six times: it asks for the version, selects the stack, updates it,
reads its outputs without and with secrets, and reads its history. Here every command names its stack, the
release is pinned (set-up and `./ops doctor` look at it), and what an update did is in its events. So only the
update is left.
"""

from contextlib import suppress
from datetime import UTC, datetime

from pulumi.automation import (
    LocalWorkspace,
    OutputMap,
    PulumiCommand,
    StackAlreadyExistsError,
    UpdateSummary,
)
from pulumi.automation import Stack as ApiStack
from pulumi.automation._stack import StackInitMode  # not exported, though the constructor wants it

from operation.pulumi_state import state_path
from operation.stack import Stack
from toolchain.version import PULUMI


class PinnedCommand(PulumiCommand):
    """The `pulumi` of PATH, taken for the release that set-up provides."""

    def __init__(self) -> None:
        """Unlike the API's own, starts nothing."""
        self.command = "pulumi"
        self.version = None


class Workspace(LocalWorkspace):
    """The project's folder."""

    pulumi_version = PULUMI

    def select_stack(self, stack_name: str) -> None:
        """Does nothing: a selection is a person's, for commands that name no stack."""


class UpdatedStack(ApiStack):
    """A stack whose updates tell by their events alone what they did."""

    def outputs(self) -> OutputMap:
        """None: who wants them asks `pulumi stack output`."""
        return {}

    def info(self, show_secrets: bool = True) -> UpdateSummary:  # the API's own
        """Nothing of the history: a failure is an exception."""
        del show_secrets
        return UpdateSummary("update", datetime.now(UTC), "", {}, {}, "succeeded")


def opened(stack: Stack) -> ApiStack:
    """The stack, made on first use.

    Raises:
        CommandError: it cannot be made.
        FileNotFoundError: there is no `pulumi` on PATH.
    """
    workspace = Workspace(work_dir=str(stack.root), pulumi_command=PinnedCommand())
    if not state_path(stack).exists():
        with suppress(StackAlreadyExistsError):  # another process has made it a moment ago
            return UpdatedStack(stack.name, workspace, StackInitMode.CREATE)
    return UpdatedStack(stack.name, workspace, StackInitMode.SELECT)

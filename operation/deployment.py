"""Pulumi by its Automation API: the same program that `pulumi up` runs, without a command line of its own."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from operation import custodian, drift, leftovers, pulumi_lock, pulumi_state
from operation.changes import Changes
from operation.gap import measured
from operation.outage import Outage
from operation.progress import Progress
from operation.pulumi_run import guarded, run
from operation.stack import Stack

if TYPE_CHECKING:
    from pulumi.automation import Stack as PulumiStack


def environment(stack: Stack) -> dict[str, str]:
    """The variables by which Pulumi finds a stack's state and passphrase, as `./ops env` gives them.

    And two by which its short life has no collection of garbage, a tenth of the time of `invoke preview`.
    """
    custodian.secret(stack, custodian.PULUMI_PASSPHRASE)
    return {
        "PULUMI_BACKEND_URL": f"file://{stack.make_folder('pulumi')}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(custodian.secret_path(stack, custodian.PULUMI_PASSPHRASE)),
        "PULUMI_STACK": stack.name,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "GOGC": os.environ.get("GOGC", "off"),
        "GOMEMLIMIT": os.environ.get("GOMEMLIMIT", "512MiB"),
    }


def opened(stack: Stack) -> "PulumiStack":
    """The stack in Pulumi's hands, made on first use.

    Raises:
        Failure: when Pulumi is not there, or the stack cannot be made.
    """
    from operation import pulumi_stack  # noqa: PLC0415  # 0.3 s

    os.environ.update(environment(stack))
    return cast("PulumiStack", guarded(lambda: pulumi_stack.opened(stack), []))


def is_introduced(stack: Stack) -> bool:
    """Whether a plain `pulumi up` finds the stack and its passphrase."""
    return (
        pulumi_state.state_path(stack).exists()
        and custodian.secret_path(stack, custodian.PULUMI_PASSPHRASE).exists()
    )


def introduce(stack: Stack) -> None:
    """Makes the stack known to Pulumi, so that a plain `pulumi up` finds it; does nothing when it is."""
    environment(stack)
    if not is_introduced(stack):
        opened(stack)


def up(stack: Stack, progress: Progress, only: Sequence[str] = ()) -> Changes:
    """Brings reality to what the stack's file says, also where somebody changed it by hand.

    Args:
        stack: which one.
        progress: gets each step.
        only: URNs of the resources that may change; all when there is none.

    Raises:
        Failure: with the errors that Pulumi and the services gave; the next `up` goes on from there.
    """
    refresh = _take_over(stack, progress) or drift.drifted(stack)
    outage = Outage(stack)
    with progress.step("deploy") as say:
        changes = run(
            lambda on_event: opened(stack).up(on_event=on_event, refresh=refresh, target=list(only) or None),
            progress,
            say,
            outage.begin,
        )
        for sentence in measured(outage.end()):
            progress.say(sentence)
        if not changes.nothing:
            leftovers.prune(stack, progress)
        drift.remember(stack)
    return changes


def destroy(stack: Stack, progress: Progress) -> Changes:
    """Removes everything but the volumes with data and the backups, also when the state was lost."""
    _take_over(stack, progress)
    with progress.step("remove") as say:
        changes = run(lambda on_event: opened(stack).destroy(on_event=on_event), progress, say)
        unknown = leftovers.remove_unknown(stack, progress)
    if unknown:
        changes.counts["delete"] = changes.counts.get("delete", 0) + len(unknown)
    return changes


def preview(stack: Stack, progress: Progress, only: Sequence[str] = ()) -> Changes:
    """What `up` would do; touches nothing."""
    with progress.step("preview") as say:
        return run(
            lambda on_event: opened(stack).preview(on_event=on_event, target=list(only) or None),
            progress,
            say,
        )


def _take_over(stack: Stack, progress: Progress) -> bool:
    """Makes an end of what a killed command left: its processes, its lock, and what no state knows.

    Returns:
        whether there was anything: then the state is not to be trusted without a look at Docker.
    """
    killed, cut_short = pulumi_lock.take_over(stack, progress), pulumi_state.mend(stack, progress)
    if killed or cut_short:
        leftovers.remove_unknown(stack, progress)
    return killed or cut_short

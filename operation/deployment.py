"""Pulumi by its Automation API: the same program that `pulumi up` runs, with events turned into progress."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from operation import custodian, drift, leftovers, pulumi_lock, pulumi_state
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent
    from pulumi.automation import Stack as PulumiStack

UNCHANGED = "same"


@dataclass
class Changes:
    """What an update did, by kind of operation: `{"create": 3, "same": 40}`."""

    counts: dict[str, int] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether all was as declared."""
        return not any(count for kind, count in self.counts.items() if kind != UNCHANGED)

    def __str__(self) -> str:
        """`3 created, 1 updated`, or `nothing changed`."""
        words = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced"}
        parts = [f"{count} {words[kind]}" for kind, count in self.counts.items() if kind in words and count]
        return ", ".join(parts) or "nothing changed"


def environment(stack: Stack) -> dict[str, str]:
    """The variables by which Pulumi finds a stack's state and passphrase; the same as `./ops env` gives."""
    custodian.secret(stack, custodian.PULUMI_PASSPHRASE)
    return {
        "PULUMI_BACKEND_URL": f"file://{stack.make_folder('pulumi')}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(custodian.secret_path(stack, custodian.PULUMI_PASSPHRASE)),
        "PULUMI_STACK": stack.name,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def opened(stack: Stack) -> "PulumiStack":
    """The stack in Pulumi's hands, made on first use.

    Raises:
        Failure: when Pulumi is not there, or the passphrase is not the state's.
    """
    from pulumi import automation  # noqa: PLC0415  # 1 s

    os.environ.update(environment(stack))
    try:
        return automation.create_or_select_stack(stack.name, work_dir=str(stack.root))
    except automation.CommandError as error:
        raise _explained(str(error), []) from error
    except FileNotFoundError as error:
        raise Failure(
            "the Pulumi CLI is not on PATH.", remedy='`./ops setup`, then eval "$(./ops env)".'
        ) from error


def introduce(stack: Stack) -> None:
    """Makes the stack known to Pulumi, so that a plain `pulumi up` finds it; does nothing when it is."""
    environment(stack)
    if not pulumi_state.state_path(stack).exists():
        opened(stack)


def up(stack: Stack, progress: Progress) -> Changes:
    """Brings reality to what the stack's file says, also where somebody changed it by hand.

    Raises:
        Failure: with the errors that Pulumi and the services gave; the next `up` goes on from there.
    """
    refresh = _take_over(stack, progress) or drift.drifted(stack)
    with progress.step("deploy") as say:
        changes = _run(lambda on_event: opened(stack).up(on_event=on_event, refresh=refresh), progress, say)
        if not changes.nothing:
            leftovers.prune(stack, progress)
        drift.remember(stack)
    return changes


def destroy(stack: Stack, progress: Progress) -> Changes:
    """Removes everything but the volumes with data and the backups, also when the state was lost."""
    _take_over(stack, progress)
    with progress.step("remove") as say:
        changes = _run(lambda on_event: opened(stack).destroy(on_event=on_event), progress, say)
        unknown = leftovers.remove_unknown(stack, progress)
    if unknown:
        changes.counts["delete"] = changes.counts.get("delete", 0) + len(unknown)
    return changes


def preview(stack: Stack, progress: Progress) -> Changes:
    """What `up` would do; touches nothing."""
    with progress.step("preview") as say:
        pulumi_stack = opened(stack)
        errors: list[str] = []
        result = _guarded(lambda: pulumi_stack.preview(on_event=_watcher(progress, say, errors)), errors)
        return Changes(
            {str(getattr(kind, "value", kind)): count for kind, count in result.change_summary.items()}
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


def _run(action: Callable[[Any], Any], progress: Progress, say: Callable[[str], None]) -> Changes:
    errors: list[str] = []
    result = _guarded(lambda: action(_watcher(progress, say, errors)), errors)
    return Changes(dict(result.summary.resource_changes or {}))


def _guarded(action: Callable[[], Any], errors: list[str]) -> Any:
    from pulumi import automation  # noqa: PLC0415

    try:
        return action()
    except automation.CommandError as error:
        raise _explained(str(error), errors) from error


def _watcher(
    progress: Progress, say: Callable[[str], None], errors: list[str]
) -> "Callable[[EngineEvent], None]":
    def watch(event: "EngineEvent") -> None:
        if event.diagnostic_event is not None:
            message = event.diagnostic_event.message.strip()
            progress.detail(f"{event.diagnostic_event.severity}: {message}")
            if event.diagnostic_event.severity == "error" and message:
                errors.append(message)
        if event.resource_pre_event is not None:
            step = event.resource_pre_event.metadata
            operation = str(getattr(step.op, "value", step.op))
            progress.detail(f"{operation} {step.urn}")
            if operation != UNCHANGED:
                say(f"{operation} {step.urn.rsplit('::', 1)[-1]}")

    return watch


def _explained(words: str, errors: list[str]) -> Failure:
    if "incorrect passphrase" in words:
        return Failure(
            "the passphrase in .ops/<stack>/secrets/pulumi-passphrase does not open this stack's state.",
            "nothing was changed.",
            "bring it back from its copy; in a stack's file of another host, remove `encryptionsalt`.",
        )
    if "the stack is currently locked" in words:
        return Failure(
            "another `pulumi` process holds this stack.",
            "nothing was changed.",
            "wait for it to end; after a crash: `pulumi cancel`.",
            exit_code=3,
        )
    told = [_plain(line) for line in errors if not _says_nothing(line)] or words.strip().splitlines()[-15:]
    return Failure(
        "the deployment failed:\n    " + "\n    ".join("\n".join(told).splitlines()),
        "what was done before stays; services that are healthy go on serving.",
        "mend the cause, then `invoke up` again.",
    )


def _says_nothing(error: str) -> bool:
    """Whether an error only repeats that there was one."""
    return error.strip() in {"update failed", "preview failed"} or "program exited with" in error


def _plain(error: str) -> str:
    """An error without the words that gRPC and Pulumi put before it."""
    return error.replace("Exception calling application: ", "").replace("1 error occurred:\n\t* ", "")

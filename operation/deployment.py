"""Pulumi by its Automation API: the same program that `pulumi up` runs, with events turned into progress."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from operation import custodian, drift, leftovers, pulumi_lock, pulumi_state
from operation.failure import Failure
from operation.gap import announcement, measured
from operation.outage import Outage
from operation.progress import Progress
from operation.stack import Stack

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent
    from pulumi.automation import Stack as PulumiStack

UNCHANGED = "same"


@dataclass
class Changes:
    """What an update did.

    Attributes:
        counts: by kind of operation: `{"create": 3, "same": 40}`.
        touched: names of the resources that changed, or would: `service-api`.
    """

    counts: dict[str, int] = field(default_factory=dict)
    touched: list[str] = field(default_factory=list)

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
    return cast("PulumiStack", _guarded(lambda: pulumi_stack.opened(stack), []))


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
        changes = _run(
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
        changes = _run(lambda on_event: opened(stack).destroy(on_event=on_event), progress, say)
        unknown = leftovers.remove_unknown(stack, progress)
    if unknown:
        changes.counts["delete"] = changes.counts.get("delete", 0) + len(unknown)
    return changes


def preview(stack: Stack, progress: Progress, only: Sequence[str] = ()) -> Changes:
    """What `up` would do; touches nothing."""
    with progress.step("preview") as say:
        return _run(
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


def _run(
    action: Callable[[Any], Any],
    progress: Progress,
    say: Callable[[str], None],
    noticed: Callable[[], None] = lambda: None,
) -> Changes:
    """Runs an action of Pulumi's; what it did is in the last of its events.

    Args:
        action: is given who listens to the events.
        progress: gets each step.
        say: gets what is done now.
        noticed: called before a step that clients notice.

    Raises:
        Failure: it failed, or did not say what it did.
    """
    told, seen = list[dict[str, int]](), _Seen()
    watch = _watcher(progress, say, seen, noticed)

    def note(event: "EngineEvent") -> None:
        watch(event)
        if event.summary_event is not None:
            counts = event.summary_event.resource_changes
            told.append({str(getattr(kind, "value", kind)): each for kind, each in counts.items()})

    _guarded(lambda: action(note), seen.errors)
    if not told:
        raise Failure(
            "`pulumi` ended well, but did not say what it did.",
            "what the stack's file declares is there; earlier configs and secrets were not pruned.",
            "`invoke up` once more.",
        )
    return Changes(told[-1], seen.touched)


def _guarded(action: Callable[[], Any], errors: list[str]) -> Any:
    from pulumi import automation  # noqa: PLC0415

    try:
        return action()
    except automation.CommandError as error:
        raise _explained(str(error), errors) from error
    except FileNotFoundError as error:
        raise Failure(
            "the Pulumi CLI is not on PATH.", remedy='`./ops setup`, then eval "$(./ops env)".'
        ) from error


@dataclass
class _Seen:
    """What the engine's events told."""

    errors: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)


def _watcher(
    progress: Progress, say: Callable[[str], None], seen: _Seen, noticed: Callable[[], None]
) -> "Callable[[EngineEvent], None]":
    announced: list[str] = []

    def watch(event: "EngineEvent") -> None:
        if event.diagnostic_event is not None:
            message = event.diagnostic_event.message.strip()
            progress.detail(f"{event.diagnostic_event.severity}: {message}")
            if event.diagnostic_event.severity == "error" and message:
                seen.errors.append(message)
        if event.resource_pre_event is not None:
            step = event.resource_pre_event.metadata
            operation = str(getattr(step.op, "value", step.op))
            progress.detail(f"{operation} {step.urn}")
            if operation != UNCHANGED:
                name = step.urn.rsplit("::", 1)[-1]
                seen.touched.append(name)
                notice = announcement(name, operation)
                if notice and not announced:
                    announced.append(notice)
                    progress.say(notice)
                    noticed()
                say(f"{operation} {name}")

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

"""One action of Pulumi's: its events turned into progress, its errors into what an operator can do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from operation.changes import UNCHANGED, Changes
from operation.failure import Failure
from operation.gap import announcement
from operation.progress import Progress

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent


def run(
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

    guarded(lambda: action(note), seen.errors)
    if not told:
        raise Failure(
            "`pulumi` ended well, but did not say what it did.",
            "what the stack's file declares is there; earlier configs and secrets were not pruned.",
            "`invoke up` once more.",
        )
    return Changes(told[-1], seen.touched)


def guarded(action: Callable[[], Any], errors: list[str]) -> Any:
    """Does something with Pulumi; what it complains of becomes a `Failure`.

    Args:
        action: that calls it.
        errors: what the engine's events told meanwhile, which says more.

    Raises:
        Failure: with what to do.
    """
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

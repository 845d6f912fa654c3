"""The body of `backup.vault`: locks and deletions, renewal, and the way back."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backups.passphrase import rotated
from backups.vault import bringing, record, renewal
from backups.vault.account import brought_lines, lines
from backups.vault.complaint import sentences
from backups.vault.tool import ask
from operation.consent import ask as agree
from operation.failure import Failure, refusal
from operation.moment import moment
from operation.mutation import mutation
from operation.progress import Progress, progress_of
from operation.stack import Stack, stack_named


@dataclass(frozen=True)
class Wish:
    """What was typed.

    Attributes:
        renew: locks of what is needed.
        bring_back: a moment; empty for none.
        since: from when on deletions are counted; empty for since the last look.
    """

    renew: bool = False
    bring_back: str = ""
    since: str = ""


def vault(name: str, wish: Wish, *, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Looks, renews or brings back.

    Raises:
        Failure: when S3 is elsewhere, a moment is refused, or, after all was printed, something is wrong.
    """
    if wish.renew and wish.bring_back:
        raise refusal("which one?", remedy="give --renew, or --bring-back TIME, which renews, too.")
    moments = [_passed(each) for each in (wish.bring_back, wish.since)]
    stack = stack_named(name)
    if stack.settings.object_store.outside:
        raise refusal(
            f"the vault of S3 at {stack.settings.object_store.endpoint} is its provider's.",
            remedy="its console shows versions and locks; `invoke backup.endpoint` says how long those are.",
        )
    progress = progress_of(stack, "backup.vault", quiet=as_json)
    if wish.bring_back:
        rotated.refuse_before(stack, datetime.fromisoformat(moments[0]))
        _bring_back(stack, moments[0], progress, yes=yes, dry_run=dry_run, as_json=as_json)
        return
    found = (
        _renewed(stack, moments[1], progress, dry_run=dry_run)
        if wish.renew
        else _looked(stack, moments[1], progress)
    )
    for line in [json.dumps(found, indent=1)] if as_json else lines(found, dry_run=dry_run):
        _print(line)
    _judge(stack, found)


def _passed(text: str) -> str:
    """A moment for the tool, or nothing.

    Raises:
        Failure: when it is none, or yet to come.
    """
    if not text:
        return ""
    found = moment(text)
    if found > datetime.now(UTC):
        raise refusal(f"{text} lies in the future.", remedy="give a moment that has passed.")
    return found.isoformat()


def _looked(stack: Stack, since: str, progress: Progress) -> dict[str, Any]:
    with progress.step("look into the vault") as say:
        found = ask(stack, ["look", *renewal.since_words(stack, since)], say)
    record.keep(stack, record.of_look(found))
    return found


def _renewed(stack: Stack, since: str, progress: Progress, *, dry_run: bool) -> dict[str, Any]:
    if dry_run:
        days = str(stack.settings.object_store.lock_days)
        with progress.step("look which locks are due") as say:
            return ask(stack, ["renew", days, *renewal.since_words(stack, since), "--dry-run"], say)
    with mutation(stack, "backup.vault --renew") as outcome:
        found = renewal.renew(stack, progress, since)
        outcome.outcome = "succeeded" if found["renewed"] else "unchanged"
        outcome.detail = f"{found['renewed']} of {found['current']} locks renewed"
    return found


def _bring_back(
    stack: Stack, when: str, progress: Progress, *, yes: bool, dry_run: bool, as_json: bool
) -> None:
    if dry_run:
        found = bringing.foretold(stack, when, progress)
    else:
        agree(f"Make the S3 repository of stack {stack.name} what it was at {when}?", yes=yes)
        with mutation(stack, f"backup.vault --bring-back {when}") as outcome:
            found = bringing.bring_back(stack, when, progress)
            done = found["uncovered"] + found["rewritten"]
            outcome.outcome = "succeeded" if done else "unchanged"
            outcome.detail = f"{done} keys brought back; archiving goes on"
    for line in [json.dumps(found, indent=1)] if as_json else brought_lines(found):
        _print(line)
    if not (dry_run or as_json):
        _print("archiving into s3 goes on; now new keys: whoever did this had pgBackRest's")


def _judge(stack: Stack, found: dict[str, Any]) -> None:
    seen = record.of_look(found)
    wrong = sentences(seen, stack.settings.object_store.lock_days, datetime.now(UTC))
    if not wrong:
        return
    raise Failure(
        "\n".join(each.partition(": `")[0] + "." for each in wrong),
        "versions below are still there while their locks last." if seen.strange else "",
        "`invoke backup.vault --bring-back TIME`, with a moment before; or --since, when it was you."
        if seen.strange
        else "`invoke backup.vault --renew`.",
    )


def _print(text: str) -> None:
    print(text)

"""`invoke migrate`: the schema forward, or back to a revision before."""

import json
from typing import Any

from infra.migration import run
from infra.parties import MIGRATIONS
from operation.consent import ask
from operation.failure import refusal
from operation.mutation import mutation
from operation.progress import Progress, progress_of
from operation.stack import Stack
from rollout import building


def migrate(stack: Stack, target: str, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Brings the schema to a revision and says which way it went.

    Raises:
        Failure: for a revision that this checkout does not know, or when a migration fails.
    """
    progress = progress_of(stack, "migrate", quiet=as_json)
    image = building.built(stack, (), progress)[MIGRATIONS.role]
    state = job(stack, image, ["status"], progress)
    back = backwards(state["known"], state["now"], target)
    undone = between(state["known"], state["now"], target) if back else []
    if dry_run:
        _foretell(stack, image, state, target, undone, as_json=as_json)
        return
    if back:
        ask(f"Go back to {target}, and lose what {', '.join(undone)} brought?", yes=yes)
    with mutation(stack, f"migrate {target}".strip()) as outcome:
        action = ["downgrade", target] if back else ["upgrade", *([target] if target else [])]
        done = job(stack, image, action, progress)
        outcome.outcome = "unchanged" if done["before"] == done["now"] else "succeeded"
        outcome.detail = f"{done['before']} → {done['now']}"
    _say(stack, done, as_json=as_json)


def job(stack: Stack, image: str, command: list[str], progress: Progress) -> dict[str, Any]:
    """Runs the job and reads its last line."""
    with progress.step(f"migrations: {' '.join(command)}"):
        said = run(stack, image, stack.object_name(f"certs-{MIGRATIONS.role}"), command)
    content: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    return content


def backwards(known: list[str], now: str | None, target: str) -> bool:
    """Whether a target lies before the schema that is there.

    Raises:
        Failure: for one that is not known.
    """
    if not target:
        return False
    if target not in known:
        raise refusal(f"there is no revision {target!r}.", remedy=f"use one of: {', '.join(known)}.")
    return now in known and known.index(target) < known.index(str(now))


def between(known: list[str], now: str | None, target: str) -> list[str]:
    """Revisions after the target up to the one that is there, the newest first."""
    return list(reversed(known[known.index(target) + 1 : known.index(str(now)) + 1]))


def _foretell(
    stack: Stack, image: str, state: dict[str, Any], target: str, undone: list[str], *, as_json: bool
) -> None:
    if undone:
        content = {"stack": stack.name, "now": state["now"], "to": target, "would_undo": undone}
        print(json.dumps(content) if as_json else f"would undo {', '.join(undone)}, which can lose data")
        return
    start = state["now"] or "base"
    wanted = target or state["known"][-1]
    if state["newer_than_image"] or state["now"] == wanted:
        sql = ""
    else:
        sql = run(stack, image, stack.object_name(f"certs-{MIGRATIONS.role}"), ["sql", f"{start}:{wanted}"])
    content = {"stack": stack.name, "now": state["now"], "to": wanted, "sql": sql}
    print(json.dumps(content) if as_json else sql or f"{state['now']}: nothing to do")


def _say(stack: Stack, done: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"stack": stack.name, **done}, indent=1))
    elif done["newer_than_image"]:
        print(f"the schema ({done['now']}) is newer than this checkout; it stays as it is")
    elif done["before"] == done["now"]:
        print(f"{done['now']}: nothing to do")
    else:
        print(f"schema {done['before'] or 'empty'} → {done['now']}")

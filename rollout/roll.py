"""One roll-out: lint, build, migrate, canary, roll, look from outside, and back when it was not good."""

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from infra.migration import run
from infra.parties import MIGRATIONS, Party
from operation import deployment
from operation.containers import client
from operation.failure import Failure
from operation.mutation import Outcome
from operation.progress import Progress
from operation.stack import Stack
from operation.stack_file import configure
from rollout import aim, asking, building, lint
from rollout.canary import canary
from rollout.outside import Outside
from rollout.subject import Chosen

RECIPES = ("service", "training", MIGRATIONS.role)
"""Folders of infra/images."""


@dataclass
class Change:
    """What became of one service.

    Attributes:
        before: its image, by digest.
        after: the image that it was to have.
        asked: requests that its canary answered well.
    """

    service: str
    before: str
    after: str
    asked: int = 0

    @property
    def needed(self) -> bool:
        """Whether there is anything to roll out."""
        return self.before != self.after


@dataclass
class Report:
    """What a roll-out did.

    Attributes:
        changes: one a service.
        migrated: revisions before and after, when the schema changed.
        good: rounds of requests from outside that were answered well meanwhile.
        bad: what was said in the others.
        seconds: all of it.
    """

    stack: str
    changes: list[Change] = field(default_factory=list)
    migrated: str = ""
    good: int = 0
    bad: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def content(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def roll(stack: Stack, chosen: Chosen, progress: Progress, outcome: Outcome, *, force: bool) -> Report:
    """Rolls the chosen services out. The stack is locked by the caller.

    Raises:
        Failure: when a step is not good; the services that served before serve then.
    """
    started, report = time.monotonic(), Report(stack.name)
    pins = {party.role: getattr(stack.settings.images, party.role) for party in chosen.parties}
    try:
        images = prepared(stack, chosen, progress)
        migrations = images.pop(MIGRATIONS.role, "")
        report.changes = [Change(role, served(stack, role), image) for role, image in images.items()]
        report.migrated = _migrate(stack, migrations, progress) if migrations else ""
        return _rolled(stack, chosen, report, outcome, progress, force=force)
    except BaseException:
        _keep(stack, pins)
        raise
    finally:
        report.seconds = round(time.monotonic() - started, 1)


def _rolled(
    stack: Stack, chosen: Chosen, report: Report, outcome: Outcome, progress: Progress, *, force: bool
) -> Report:
    parties = [
        party for party, change in zip(chosen.parties, report.changes, strict=True) if change.needed or force
    ]
    if not parties:
        outcome.outcome = "succeeded" if report.migrated else "unchanged"
        return report
    for party, change in zip(chosen.parties, report.changes, strict=True):
        if change.needed:
            change.asked = _try_out(stack, party, change.after, progress)
    with Outside(stack) as outside:
        _change(stack, chosen, parties, report, outside, progress)
        report.good, report.bad = outside.record.good, list(outside.record.bad)
    outcome.detail = ", ".join(
        f"{each.service} → {short(each.after)}" for each in report.changes if each.needed
    )
    return report


def prepared(stack: Stack, chosen: Chosen, progress: Progress) -> dict[str, str]:
    """Role to image, each looked at and built, or found; the migrations' too when they are built."""
    if chosen.image:
        return {chosen.parties[0].role: building.found(chosen.image)}
    with progress.step("look at the Dockerfiles"):
        lint.required(dockerfiles(stack))
    configure(stack, {f"images.{party.role}": "" for party in chosen.parties})
    found = building.built(Stack(stack.name, stack.root), chosen.parties, progress)
    wanted = [*(party.role for party in chosen.parties), MIGRATIONS.role]
    return {role: found[role] for role in wanted if role in found}


def foreseen(stack: Stack, chosen: Chosen, progress: Progress) -> list[str]:
    """Names of what a roll-out would change; builds nothing and touches nothing."""
    if chosen.image:
        image, party = building.found(chosen.image), chosen.parties[0]
        return [] if image == served(stack, party.role) else [f"service-{party.role}"]
    lint.required(dockerfiles(stack))
    return deployment.preview(stack, progress, aim.urns(stack, chosen.parties)).touched


def dockerfiles(stack: Stack) -> list[Path]:
    """What a roll-out builds from."""
    return [stack.root / "infra" / "images" / name / "Dockerfile" for name in RECIPES]


def served(stack: Stack, role: str) -> str:
    """The image that a service has now; empty when it is not deployed."""
    for each in client().services.list(filters={"name": stack.object_name(role)}):
        if each.name == stack.object_name(role):
            return str(each.attrs["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"])
    return ""


def short(image: str) -> str:
    """As a person reads it."""
    return image.rpartition("sha256:")[2][:12] or "none"


def _keep(stack: Stack, pins: dict[str, str]) -> None:
    """Leaves the stack's file as it was, unless a way back has written other images into it."""
    now = Stack(stack.name, stack.root).settings.images
    if not any(getattr(now, role) for role in pins):
        configure(stack, {f"images.{role}": pin for role, pin in pins.items()})


def _migrate(stack: Stack, image: str, progress: Progress) -> str:
    with progress.step("migrate") as say:
        said = run(stack, image, stack.object_name(f"certs-{MIGRATIONS.role}"), ["upgrade"])
        content = json.loads(said.strip().splitlines()[-1])
        moved = bool(content["before"] != content["now"])
        words = f"{content['before'] or 'nothing'} → {content['now']}"
        say(words if moved else f"{content['now']}, nothing to do")
    return words if moved else ""


def _try_out(stack: Stack, party: Party, image: str, progress: Progress) -> int:
    with progress.step(f"try the new {party.role} where no client finds it") as say:
        with canary(stack, party, image):
            answered = asking.ask(stack, party)
        say(f"{answered} requests answered well" if answered else "healthy")
    return answered


def _change(
    stack: Stack,
    chosen: Chosen,
    parties: list[Party],
    report: Report,
    outside: Outside,
    progress: Progress,
) -> None:
    """Rolls, looks, and goes back when that was not good."""
    before = {each.service: each.before for each in report.changes}
    pins = {each.service: each.after if chosen.image else "" for each in report.changes}
    try:
        _apply(stack, parties, pins, progress)
        with progress.step("look from outside"):
            outside.steady()
    except Failure as failure:
        if not all(before.values()):
            raise
        _back(stack, parties, before, outside, progress, failure)


def _apply(stack: Stack, parties: list[Party], pins: dict[str, str], progress: Progress) -> None:
    configure(stack, {f"images.{role}": pin for role, pin in pins.items()})
    changed = Stack(stack.name, stack.root)
    deployment.up(changed, progress, aim.urns(changed, parties))


def _back(
    stack: Stack,
    parties: list[Party],
    before: dict[str, str],
    outside: Outside,
    progress: Progress,
    failure: Failure,
) -> None:
    progress.say(f"! {failure.what}")
    with progress.step("go back to the images before"):
        _apply(stack, parties, before, progress)
        outside.steady()
    names = ", ".join(f"bem:images.{role}" for role in before)
    raise Failure(
        f"the roll-out was taken back: {failure.what}",
        f"the images before serve again; {stack.file.name} names them under {names}.",
        "mend the cause; the next `invoke deploy` that is good takes the names out again.",
    ) from failure

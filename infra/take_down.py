"""Taking a stack down: its services go, its data stays unless it is destroyed by name."""

import json
import shutil
from typing import Any

from operation import deployment, leftovers
from operation.consent import ask, ask_name
from operation.containers import client
from operation.mutation import mutation
from operation.progress import Progress, progress_of
from operation.stack import LABEL_STACK, Stack
from operation.stack_file import begin_anew

TWIN = "twin-"
"""What the names of drills' twins start with."""


def take_down(stack: Stack, *, yes: bool, destroy_data: str, dry_run: bool, as_json: bool = False) -> None:
    """Removes what Pulumi made, and with the stack's name given everything else of it.

    Raises:
        Failure: when it was not agreed to, or another operation holds the stack.
    """
    if dry_run:
        lines = _would_go(stack, destroy=bool(destroy_data))
        print(
            json.dumps({"stack": stack.name, "would_remove": lines}, indent=1)
            if as_json
            else "\n".join(lines)
        )
        return
    if destroy_data:
        question = f"This removes the data, the backups and the keys of stack {stack.name} for good."
        ask_name(question, stack.name, destroy_data)
    else:
        ask(f"Take stack {stack.name} down? Its data and backups stay.", yes=yes)
    progress = progress_of(stack, "down", quiet=as_json)
    with mutation(stack, "down" + (" --destroy-data" if destroy_data else "")) as outcome:
        changes = deployment.destroy(stack, progress)
        _remove_configs(stack)
        outcome.outcome = "unchanged" if changes.nothing else "succeeded"
        if destroy_data:
            _destroy(stack, progress)
    if destroy_data:
        _forget(stack)
    if as_json:
        print(
            json.dumps(
                {"stack": stack.name, "changes": changes.counts, "data_kept": not destroy_data}, indent=1
            )
        )
    else:
        print(f"stack {stack.name}: {changes}" + ("" if destroy_data else "; data and backups are kept"))


def remove_everything(stack: Stack, progress: Progress) -> None:
    """Removes a stack with all that it has, also one that was never whole, and its folder at the end."""
    with mutation(stack, "down --destroy-data"):
        if stack.file.exists():
            deployment.destroy(stack, progress)
        else:
            leftovers.remove_unknown(stack, progress)
        _remove_configs(stack)
        _destroy(stack, progress)
    _forget(stack)


def _forget(stack: Stack) -> None:
    """Removes the stack's folder and its traces in its file; a twin's file goes, nobody wrote it by hand."""
    shutil.rmtree(stack.folder, ignore_errors=True)
    if stack.name.startswith(TWIN):
        stack.file.unlink(missing_ok=True)
    elif stack.file.exists():
        begin_anew(stack)


def _would_go(stack: Stack, *, destroy: bool) -> list[str]:
    from schedules.store import schedules  # noqa: PLC0415

    engine = client()
    label = {"label": f"{LABEL_STACK}={stack.name}"}
    lines = [f"service {each.name}" for each in engine.services.list(filters=label)]
    lines += [f"network {each.name}" for each in engine.networks.list(filters=label)]
    if destroy:
        lines += [f"volume {each.name}" for each in engine.volumes.list(filters=label)]
        lines += [f"schedule {each.name}" for each in schedules(stack)]
        lines.append(f"folder .ops/{stack.name}")
    return lines


def _destroy(stack: Stack, progress: Progress) -> None:
    from backups.scratch import remove_scratches, remove_volume  # noqa: PLC0415
    from schedules.installation import uninstall_all  # noqa: PLC0415

    uninstall_all(stack)
    engine = client()
    with progress.step("remove volumes, images and keys"):
        remove_scratches(stack, engine)
        for volume in engine.volumes.list(filters={"label": f"{LABEL_STACK}={stack.name}"}):
            remove_volume(volume.name, engine)
        for image in engine.images.list(filters={"reference": f"bem-*:{stack.name}"}):
            _untag(engine, image, stack)


def _untag(engine: Any, image: Any, stack: Stack) -> None:
    from docker.errors import APIError  # noqa: PLC0415

    for tag in image.tags:
        if tag.endswith(f":{stack.name}"):
            try:
                engine.images.remove(tag)
            except APIError:
                continue  # a stopping container holds it; the tag alone costs nothing


def _remove_configs(stack: Stack) -> None:
    """Configs and secrets of all generations, which Pulumi leaves for roll-backs."""
    engine = client()
    label = {"label": f"{LABEL_STACK}={stack.name}"}
    for each in [*engine.configs.list(filters=label), *engine.secrets.list(filters=label)]:
        each.remove()

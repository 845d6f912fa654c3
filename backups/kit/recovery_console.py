"""The body of `recover`: what a person sees of a recovery on a bare host."""

import json
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

from backups.endpoint.coordinates import Coordinates
from backups.kit import place, source
from backups.kit.kit import Kit
from backups.kit.opening import opener
from backups.kit.parts import SCHEDULES
from backups.kit.presence import refuse_present
from backups.kit.recovery import Recovered, recover
from backups.kit.seal import opened
from infra.addresses import addresses
from operation.failure import refusal
from operation.mutation import mutation
from operation.progress import progress_of
from operation.stack import NAME, Stack


def run(file: str, identity: str, passphrase_file: str, name: str, *, dry_run: bool, as_json: bool) -> None:
    """Opens the kit, asks its repository, and brings the stack back.

    Raises:
        Failure: before anything is touched when the kit does not open, its repository does not answer, or
            the stack is here; later when a step fails.
    """
    content = place.read(file)
    kit = opened(content, opener(content, file, identity, passphrase_file), file)
    stack = _stack(name or kit.stack)
    refuse_present(stack, kit)
    where = source.asked(kit)
    if dry_run:
        _foretell(stack, kit, where, as_json=as_json)
        return
    progress = progress_of(stack, "recover", quiet=as_json)
    with mutation(stack, "recover") as outcome:
        done = recover(stack, kit, progress)
        outcome.detail = f"from the kit of {kit.made.isoformat(timespec='seconds')}, in {done.seconds} s"
    _tell(Stack(stack.name, stack.root), kit, done, as_json=as_json)


def _stack(name: str) -> Stack:
    if not NAME.match(name):
        raise refusal(
            f"{name!r} cannot be a stack's name.", remedy="use lower-case letters, digits and dashes."
        )
    return Stack(name)


def _foretell(stack: Stack, kit: Kit, where: Coordinates, *, as_json: bool) -> None:
    made = kit.made.isoformat(timespec="seconds")
    said = {"stack": stack.name, "kit_made": made, "commit": kit.commit}
    said |= {"endpoint": where.endpoint, "bucket": where.bucket}
    if as_json:
        print(json.dumps(said, indent=1))
        return
    print(f"would recover stack {stack.name} from the kit of {made}: {len(kit.parts)} files")
    print(f"  data      the latest of bucket {where.bucket} at {where.endpoint}, which answers")
    print(f"  product   {kit.commit or 'of no commit'}")


def _tell(stack: Stack, kit: Kit, done: Recovered, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_content(stack, kit, done), indent=1, default=str))
        return
    print(f"stack {stack.name} is back after {done.seconds:.0f} s: {addresses(stack)[0]}")
    if done.restored is not None and done.restored.plan is not None:
        print(f"  restored          {done.restored.plan.backup.label} and the WAL after it, from s3")
        print(f"  newest second     {done.restored.facts.heartbeat}")
    print(f"  root certificate  {stack.folder / 'certs' / 'root.pem'}, the same as before")
    if _schedules(kit):
        print(f"! what ran by itself there does not here yet: {', '.join(_schedules(kit))}")
        print("  `invoke backup.schedule`, `invoke certs.schedule`, `invoke drill.schedule` install it")


def _content(stack: Stack, kit: Kit, done: Recovered) -> dict[str, Any]:
    return {
        "stack": stack.name,
        "kit_made": kit.made.isoformat(timespec="seconds"),
        "seconds": done.seconds,
        "restored": asdict(done.restored) if done.restored else None,
        "addresses": addresses(stack),
        "schedules": _schedules(kit),
    }


def _schedules(kit: Kit) -> list[str]:
    return sorted(PurePath(name).stem for name in kit.parts if name.startswith(SCHEDULES))

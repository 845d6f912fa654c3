"""The body of `backup.endpoint`: where S3 is, and moving the repository to another."""

import json
from dataclasses import dataclass
from typing import Any

from backups.endpoint import keys, reach
from backups.endpoint.coordinates import Coordinates, coordinates, of_settings, read_roots
from backups.endpoint.reach import Reached
from infra.sections.object_store import ObjectStore
from infra.settings import PROJECT, settings_from
from operation.failure import Failure, refusal
from operation.mutation import mutation
from operation.stack import Stack, stack_named
from operation.stack_file import configure

NEXT = "`invoke up` takes the backups there; what the place before holds stays in it"


@dataclass(frozen=True)
class Wish:
    """What was typed; empty for what stays as it is.

    Attributes:
        to: host, or host:port.
        own: the stack's own object store again.
        keys_file: file with access key and secret; `-` is standard input.
        make_bucket: make it where it is missing.
    """

    to: str = ""
    own: bool = False
    bucket: str = ""
    region: str = ""
    uri_style: str = ""
    ca_file: str = ""
    keys_file: str = ""
    make_bucket: bool = False


def endpoint(name: str, wish: Wish, *, dry_run: bool, as_json: bool) -> None:
    """Says where S3 is and whether it answers; with a wish, checks the new place and writes it down.

    Raises:
        Failure: when the place does not answer, does not take the keys, or has no such bucket.
    """
    stack = stack_named(name)
    if wish == Wish():
        _show(stack, as_json=as_json)
        return
    changes = values(wish, stack.settings.object_store)
    settings = checked(stack, changes)
    where = _coordinates(stack, settings, wish) if settings.outside else None
    found = _asked(where, make=wish.make_bucket, dry_run=dry_run) if where else None
    if not dry_run:
        with mutation(stack, "backup.endpoint") as outcome:
            outcome.detail = settings.place or "the stack's own"
            if where:
                keys.keep(stack, where.keys)
            configure(stack, {f"object_store.{key}": value for key, value in changes.items()})
    _tell(_said(settings, found), "would be moved" if dry_run else NEXT, as_json=as_json)


def values(wish: Wish, present: ObjectStore) -> dict[str, Any]:
    """What the stack's file is to say of `bem:object_store`; pure.

    Raises:
        Failure: for a wish that contradicts itself.
    """
    if wish.own and wish.to:
        raise refusal("which one?", remedy="give --to HOST, or --own.")
    if wish.own:
        return {"endpoint": ""}
    if not (wish.to or present.outside):
        raise refusal("where to?", remedy="add --to HOST: s3.example.org, or s3.example.org:9000.")
    typed = {
        "endpoint": wish.to,
        "bucket": wish.bucket,
        "region": wish.region,
        "uri_style": wish.uri_style,
        "ca_file": wish.ca_file,
    }
    return {key: value for key, value in typed.items() if value}


def checked(stack: Stack, changes: dict[str, Any]) -> ObjectStore:
    """The section as it will be, validated as the file is.

    Raises:
        Failure: when a value cannot be.
    """
    section = {**stack.settings.object_store.model_dump(), **changes}
    try:
        return settings_from({f"{PROJECT}:object_store": section}, "as given").object_store
    except Failure as failure:
        raise refusal(failure.what, remedy="give another value; docs/operating.md says which.") from failure


def _coordinates(stack: Stack, settings: ObjectStore, wish: Wish) -> Coordinates:
    given = keys.typed(wish.keys_file) if wish.keys_file else keys.kept(stack) or keys.typed("")
    if given is None:
        raise refusal(
            f"S3 at {settings.endpoint} wants keys.",
            remedy="add --keys-file FILE: the access key in its first line, the secret in its second.",
        )
    roots = read_roots(stack.root / settings.ca_file) if settings.ca_file else ""
    return of_settings(settings, given, roots)


def _asked(where: Coordinates, *, make: bool, dry_run: bool) -> Reached:
    found = reach.reach(where)
    if found.bucket:
        return found
    if not make:
        return reach.required(where)
    if dry_run:
        return found
    reach.make_bucket(where)
    return reach.required(where)


def _show(stack: Stack, *, as_json: bool) -> None:
    where = coordinates(stack)
    found: Reached | None = None
    fault: Failure | None = None
    try:
        found = reach.required(where) if where else None
    except Failure as failure:
        fault = Failure(failure.what, "no backup reaches it.", failure.remedy)
    _tell(_said(stack.settings.object_store, found), "", as_json=as_json)
    if fault:
        raise fault


def _said(settings: ObjectStore, found: Reached | None) -> dict[str, Any]:
    said: dict[str, Any] = {"endpoint": settings.endpoint, "bucket": settings.bucket}
    if settings.outside:
        said |= {"region": settings.region, "uri_style": settings.uri_style, "ca_file": settings.ca_file}
    if found is not None:
        said |= {"answers": True, "holds_repository": found.holds, "locked_days": found.locked_days}
    return said


def lock_words(days: int | None) -> str:
    """What is known of the bucket's lock; pure."""
    if days is None:
        return "whether it is locked, these keys may not ask"
    return f"locked for {days} days" if days else "without a lock: whoever has the keys can delete backups"


def _tell(said: dict[str, Any], then: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({**said, **({"next": then} if then else {})}, indent=1))
        return
    print(f"S3        {said['endpoint'] or 'the object store of the stack, on this host'}")
    print(f"bucket    {said['bucket']}")
    if "answers" in said:
        holds = "a repository" if said["holds_repository"] else "no repository yet"
        print(f"found     {holds}; {lock_words(said['locked_days'])}")
    if then:
        print(then)

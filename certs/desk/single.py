"""Work on single certificates as it is asked for from the command line."""

import json
import time
from pathlib import Path
from typing import get_args

from certs.ca import offline
from certs.ca.secret_file import secret
from certs.ca.signature import now
from certs.desk.description import Value, described
from certs.desk.table import show_row
from certs.pairs import bundle, named, pruning, store
from certs.pairs.bundle import FORMATS, Format
from certs.pairs.named import KINDS, Kind
from certs.pairs.statement import serial_of
from infra.sections.certificates import KeyType
from operation import audit, custodian
from operation.failure import refusal
from operation.mutation import mutation
from operation.stack import Stack, stack_named


def issue(  # noqa: PLR0913  # what a certificate says
    stack_name: str,
    name: str,
    kind: str,
    *,
    common_name: str,
    names: str,
    addresses: str,
    emails: str,
    days: int,
    key: str,
    renew: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Issues a certificate to somebody outside, or finds the one that is good still.

    Raises:
        Failure: when it cannot be issued.
    """
    stack = stack_named(stack_name)
    profile = named.wish(
        stack,
        name,
        _kind(kind),
        common_name=common_name,
        names=_words(names),
        addresses=_words(addresses),
        emails=_words(emails),
        days=days,
        key=_key(key),
    )
    if dry_run:
        show_row({"would_issue": profile.model_dump(mode="json")}, as_json=as_json)
        return
    with mutation(stack, f"certs.issue {name}") as outcome:
        before = store.certificate(stack, name, store.NAMED)
        leaf = store.ensure(stack, profile, renew=renew, within=store.NAMED)
        if before and serial_of(before) == leaf.serial:
            outcome.outcome = "unchanged"
        outcome.detail = f"{leaf.serial}, {profile.kind}"
    show_row({"name": name, "profile": kind, **described(leaf.certificate)}, as_json=as_json)


def export(
    stack_name: str, name: str, output: str, form: str, passphrase_file: str, *, dry_run: bool, as_json: bool
) -> None:
    """Writes the bundle of a certificate that `certs.issue` made; its passphrase is shown this once.

    Raises:
        Failure: when there is none of that name, or the file cannot be written.
    """
    stack, path = stack_named(stack_name), Path(output)
    kept = named.known(stack, name)
    chosen = _form(form, path)
    if not output:
        raise refusal("which file?", remedy="add --output FILE.")
    offline.refuse_existing(path)
    passphrase = secret(passphrase_file) if passphrase_file else custodian.random().encode()
    if not dry_run:
        started = time.monotonic()
        custodian.write_private(path, bundle.packed(kept, chosen, passphrase))
        _note(stack, f"certs.export {name}", started, serial_of(kept.certificate))
    shown: dict[str, Value] = {"name": name, "file": output, "format": chosen}
    shown |= {"serial": serial_of(kept.certificate)}
    if not passphrase_file and not dry_run:
        shown["passphrase"] = passphrase.decode()
    show_row(shown, as_json=as_json)


def prune(stack_name: str, *, dry_run: bool, as_json: bool) -> None:
    """Removes pairs that are of no use any more, and says which.

    Raises:
        Failure: when the stack is busy.
    """
    stack = stack_named(stack_name)
    found = pruning.useless(stack, now())
    if not dry_run:
        with mutation(stack, "certs.prune") as outcome:
            found = pruning.useless(stack, now())
            for each in found:
                pruning.remove(each)
            outcome.outcome = "succeeded" if found else "unchanged"
            outcome.detail = f"{len(found)} removed"
    rows = [{"name": each.name, "why": each.why, "path": str(each.path)} for each in found]
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        print(f"{'would remove' if dry_run else 'removed'} {row['name']}: {row['why']} ({row['path']})")
    if not rows:
        print("nothing is expired or superseded")


def _note(stack: Stack, what: str, started: float, detail: str) -> None:
    """An audit line for what leaves the stack as it was."""
    seconds = round(time.monotonic() - started, 3)
    audit.record(
        stack,
        audit.Entry(
            at=audit.now(), who=audit.actor(), what=what, seconds=seconds, outcome="succeeded", detail=detail
        ),
    )


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _kind(text: str) -> Kind:
    for each in KINDS:
        if text == each:
            return each
    raise refusal(f"there is no profile {text!r}.", remedy=f"use one of: {', '.join(KINDS)}.")


def _key(text: str) -> KeyType | None:
    for each in get_args(KeyType):
        if text == each:
            kind: KeyType = each
            return kind
    if text:
        raise refusal(f"there is no key of the kind {text!r}.", remedy=f"use {', '.join(get_args(KeyType))}.")
    return None


def _form(text: str, path: Path) -> Format:
    wanted = text or path.suffix.removeprefix(".").replace("pfx", "p12")
    for each in FORMATS:
        if wanted == each:
            return each
    raise refusal(f"export as what? {wanted!r} is no format.", remedy=f"add --format {' or '.join(FORMATS)}.")

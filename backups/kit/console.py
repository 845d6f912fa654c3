"""The bodies of `backup.kit`: what a person sees of a kit that is made, or looked into."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from backups.kit import announcement, lasting, making, parts, place, record
from backups.kit.custody import custody
from backups.kit.kit import Kit
from backups.kit.opening import opener
from backups.kit.seal import PRINTABLE, Lock, opened
from certs.ca.secret_file import secret
from operation.failure import Failure, refusal
from operation.mutation import mutation
from operation.progress import progress_of
from operation.stack import Stack, stack_named

LINES_A_PAGE = 64


def make(
    name: str,
    recipients: Sequence[str],
    passphrase_file: str,
    output: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Writes a kit of the stack as it is now into a new file, and remembers what it holds.

    Raises:
        Failure: when it would open for nobody or anybody, or the file is there already.
    """
    stack = stack_named(name)
    passphrase = secret(str(place.absolute(passphrase_file))).decode() if passphrase_file else ""
    lock = Lock(tuple(recipients), passphrase)
    if not output and not dry_run:
        raise refusal("the kit needs a file.", remedy="add --output FILE, on a medium that leaves this host.")
    if dry_run:
        kit = making.made(stack, datetime.now(UTC))
        _tell(stack, kit, making.sealed(kit, lock), "", lock, as_json=as_json)
        return
    progress = progress_of(stack, "backup.kit", quiet=as_json)
    with mutation(stack, "backup.kit") as outcome:
        kit = making.made(stack, datetime.now(UTC))
        content = making.sealed(kit, lock)
        making.write(place.absolute(output), content)
        record.keep(stack, record.of_kit(kit, lock.recipients))
        outcome.detail = f"{len(kit.parts)} files for {', '.join(lock.recipients) or 'a passphrase'}"
        announcement.try_to_announce(stack, progress)
    _tell(stack, kit, content, output, lock, as_json=as_json)


def check(name: str, file: str, identity: str, passphrase_file: str, *, as_json: bool) -> None:
    """Says what a kit holds, and in what the stack of this host differs from it.

    Raises:
        Failure: when it does not open; after everything was printed, when the stack has changed since.
    """
    content = place.read(file)
    kit = opened(content, opener(content, file, identity, passphrase_file), file)
    differs = _differences(kit, name)
    said = {**_content(kit), "file": file, "bytes": len(content), "differs": differs}
    if as_json:
        _print(json.dumps(said, indent=1))
    else:
        for line in [*_lines(kit), *_verdict(differs)]:
            _print(line)
    if differs:
        raise Failure(
            f"stack {name or kit.stack} has changed since this kit: {', '.join(differs)}.",
            "a recovery from it would bring back what was.",
            "`invoke backup.kit` makes a new one.",
        )


def _differences(kit: Kit, name: str) -> list[str] | None:
    """Names of what has changed; None where the stack is not on this host."""
    stack = Stack(name or kit.stack)
    if not (stack.file.exists() and stack.folder.exists()):
        return None
    now = lasting.digests(parts.collected(stack, datetime.now(UTC)))
    return lasting.differences(lasting.digests(kit.parts), now)


def _content(kit: Kit) -> dict[str, Any]:
    return {
        "stack": kit.stack,
        "made": kit.made.isoformat(timespec="seconds"),
        "commit": kit.commit,
        "holds": {name: len(part) for name, part in sorted(kit.parts.items())},
    }


def _lines(kit: Kit) -> list[str]:
    return [
        f"recovery kit of stack {kit.stack}, made {kit.made.isoformat(sep=' ', timespec='seconds')}",
        f"  product   {kit.commit or 'of no commit'}",
        *(f"  {len(part):>7} bytes  {name}" for name, part in sorted(kit.parts.items())),
    ]


def _verdict(differs: list[str] | None) -> list[str]:
    if differs is None:
        return ["the stack is not on this host; `./ops recover` brings it back from this kit"]
    return [] if differs else ["nothing that counts has changed since"]


def _tell(stack: Stack, kit: Kit, content: bytes, output: str, lock: Lock, *, as_json: bool) -> None:
    warnings = making.warnings(len(content), off_host=custody(stack).off_host)
    if as_json:
        said = {**_content(kit), "file": output, "bytes": len(content), "recipients": lock.recipients}
        _print(json.dumps({**said, "warnings": warnings}, indent=1))
        return
    for line in _lines(kit):
        _print(line)
    pages = -(-len(content.splitlines()) // LINES_A_PAGE)
    words = f"written to {output}" if output else "would be written"
    _print(f"{len(content)} bytes of {PRINTABLE} that print well ({pages} pages) {words}")
    for line in warnings:
        _print(f"! {line}")
    if output:
        _print("keep it off this host, apart from what opens it; then: ./ops recover FILE on a bare host")


def _print(text: str) -> None:
    print(text)

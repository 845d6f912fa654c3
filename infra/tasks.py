"""Bringing a stack up, looking at it, taking it down."""

import json
from typing import TYPE_CHECKING

from invoke.context import Context
from invoke.tasks import task

if TYPE_CHECKING:
    from operation.stack import Stack

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"


@task(
    help={
        "dry_run": "say what would change, as `preview` does, and touch nothing",
        "skip_backup": "no first backup and no proof (tests do that)",
        "stack": STACK,
        "json": JSON,
    }
)
def up(
    _context: Context,
    stack: str = "",
    json: bool = False,
    skip_backup: bool = False,
    dry_run: bool = False,
) -> None:
    """Deploy the stack, take its first backup into both repositories and prove it by a restore.

    A second run says that nothing changed. Example: invoke up
    """
    from operation.stack import stack_named  # noqa: PLC0415

    if dry_run:
        _foretell(stack_named(stack), as_json=json)
        return
    from infra.bring_up import bring_up  # noqa: PLC0415

    bring_up(stack_named(stack), quiet=json, as_json=json, backup=not skip_backup)


@task(help={"stack": STACK, "json": JSON})
def preview(_context: Context, stack: str = "", json: bool = False) -> None:
    """Say what `up` would change, and touch nothing.

    Example: invoke preview
    """
    from operation.stack import stack_named  # noqa: PLC0415

    _foretell(stack_named(stack), as_json=json)


@task(
    help={
        "stack": STACK,
        "yes": "do not ask",
        "destroy_data": "the stack's name: remove its volumes, backups, certificates and secrets too",
        "dry_run": "say what would be removed",
        "json": JSON,
    }
)
def down(
    _context: Context,
    stack: str = "",
    yes: bool = False,
    destroy_data: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Remove the stack's services and networks; its data and backups stay unless destroyed by name.

    Example: invoke down --yes
    """
    from infra.take_down import take_down  # noqa: PLC0415
    from operation.stack import stack_named  # noqa: PLC0415

    take_down(stack_named(stack), yes=yes, destroy_data=destroy_data, dry_run=dry_run, as_json=json)


@task(
    help={
        "watch": "keep a screen of it open until q or Ctrl-C; into a pipe, print each change",
        "interval": "with --watch: seconds between two looks",
        "stack": STACK,
        "json": "print JSON; with --watch one line a change",
    }
)
def status(
    _context: Context, watch: bool = False, interval: int = 5, stack: str = "", json: bool = False
) -> None:
    """Say first what is wrong, then services, endpoints, certificates, restore points and RPO now.

    Exit status 1 when something is wrong; with --watch 0. Examples: invoke status; invoke status --watch
    """
    from operation.stack import stack_named  # noqa: PLC0415

    if watch:
        from infra import watch as screen  # noqa: PLC0415

        screen.watch(stack_named(stack), interval, as_json=json)
        return
    from infra.console import report  # noqa: PLC0415

    report(stack_named(stack), as_json=json)


@task(help={"stack": STACK, "json": JSON})
def probe(_context: Context, stack: str = "", json: bool = False) -> None:
    """Write, read and remove one item through the load balancer, as a client would.

    Example: invoke probe
    """
    from infra import probe as inner  # noqa: PLC0415
    from operation.stack import stack_named  # noqa: PLC0415

    inner.probe(stack_named(stack), as_json=json)


def _foretell(stack: "Stack", *, as_json: bool) -> None:
    from operation import deployment  # noqa: PLC0415
    from operation.progress import progress_of  # noqa: PLC0415

    changes = deployment.preview(stack, progress_of(stack, "preview", quiet=as_json))
    print(json.dumps(changes.counts, indent=1) if as_json else f"{stack.name}: {changes}")

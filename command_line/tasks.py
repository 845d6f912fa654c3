"""Completion of `invoke`, `inv` and `./ops` in a person's shell."""

from invoke.context import Context
from invoke.tasks import task


@task(
    help={
        "shell": "bash, zsh, fish or all; yours when left out",
        "remove": "take it out again",
        "dry_run": "say which files would be written or removed",
        "json": "print JSON",
    }
)
def completion(
    _context: Context, shell: str = "", remove: bool = False, dry_run: bool = False, json: bool = False
) -> None:
    """Install completion of tasks, options and values for your shell, in your own folder.

    Example: invoke completion
    """
    from command_line import console  # noqa: PLC0415

    console.completion(shell, remove=remove, dry_run=dry_run, as_json=json)

"""`invoke backup.vault`."""

from invoke.context import Context
from invoke.tasks import task


@task(
    help={
        "renew": "lock what is still needed anew, where a lock has run half",
        "bring_back": "make the S3 repository what it was at this time: 2026-11-24T03:10:00+01:00",
        "since": "count deletions from this time on; what was before is taken as known",
        "yes": "do not ask",
        "dry_run": "say what would be renewed or brought back, and change nothing",
        "stack": "which stack; else PULUMI_STACK, else local",
        "json": "print JSON",
    }
)
def vault(
    _context: Context,
    renew: bool = False,
    bring_back: str = "",
    since: str = "",
    yes: bool = False,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Look into the object-locked bucket: shortest lock, deletions; renew locks; undo what an attacker did.

    Exit status 1 when locks end too soon, or keys went that pgBackRest did not expire.
    Examples: invoke backup.vault; invoke backup.vault --bring-back 2026-11-24T03:10:00+01:00
    """
    from backups.vault import console  # noqa: PLC0415

    wish = console.Wish(renew, bring_back, since)
    console.vault(stack, wish, yes=yes, dry_run=dry_run, as_json=json)

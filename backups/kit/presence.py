"""What of a stack is on this host already: a recovery must find nothing that it could overwrite."""

from backups.kit import lasting, pending
from backups.kit.kit import SETTINGS, Kit
from infra.settings import Settings
from operation import custodian
from operation.containers import client
from operation.failure import Failure, refusal
from operation.stack import LABEL_STACK, Stack

INTRODUCED = {custodian.PULUMI_PASSPHRASE}
"""Secrets that a set-up makes before anything is deployed; nothing hangs on them yet."""


def refuse_present(stack: Stack, kit: Kit) -> None:
    """Goes on where nothing of the stack is, or where a recovery from this kit was interrupted.

    Raises:
        Failure: when the stack is here, another kit's recovery is under way, or its file says something else.
    """
    found = pending.read(stack)
    if found is not None:
        if found.kit != kit.digest:
            raise refusal(
                f"stack {stack.name} is being recovered from another kit, since {found.since.isoformat()}.",
                remedy=f"go on with that one; or `invoke down --destroy-data={stack.name}` first.",
            )
        return
    there = [*in_folder(stack), *in_docker(stack)]
    if there:
        raise refusal(
            f"stack {stack.name} is on this host: {', '.join(there[:3])}.",
            remedy="a lost volume comes back by `invoke restore --latest`; else recover under another name "
            "by --stack NAME.",
        )
    _refuse_file(stack, kit)


def in_folder(stack: Stack) -> list[str]:
    """Files of the stack's folder that a recovery would overwrite."""
    secrets = stack.folder / custodian.FOLDER
    names = [path.name for path in sorted(secrets.glob("*")) if path.name not in INTRODUCED]
    certificates = [path.name for path in sorted((stack.folder / "certs").glob("*.pem"))]
    return [f".ops/{stack.name}/{custodian.FOLDER}/{each}" for each in names] + [
        f".ops/{stack.name}/certs/{each}" for each in certificates
    ]


def in_docker(stack: Stack) -> list[str]:
    """Services and volumes under the stack's label; none where no Docker answers yet."""
    try:
        engine = client()
    except Failure:
        return []
    label = {"label": f"{LABEL_STACK}={stack.name}"}
    services = [f"service {each.name}" for each in engine.services.list(filters=label)]
    return services + [f"volume {each.name}" for each in engine.volumes.list(filters=label)]


def _refuse_file(stack: Stack, kit: Kit) -> None:
    """A file with nothing but defaults is the one that every checkout has."""
    if not stack.file.exists():
        return
    wanted = lasting.wishes(lasting.settings_in(kit.parts[SETTINGS]))
    if lasting.wishes(stack.settings) not in {wanted, lasting.wishes(Settings())}:
        raise refusal(
            f"{stack.file.name} says something else than the kit.",
            remedy="move it away, or recover under another name by --stack NAME.",
        )

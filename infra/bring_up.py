"""`invoke up`: deploy, take the first backup, prove it, and say what there is now."""

import json

from backups import lost
from backups.endpoint import reach, settled
from backups.endpoint.coordinates import coordinates
from backups.generation import check_agreement, remember
from backups.kit.pending import awaits
from backups.move import settle
from backups.passphrase.journal import remind
from backups.points import shelf
from backups.proving.holding import present
from backups.switch import serving_volume
from infra import lost_host
from infra.addresses import addresses
from infra.first_backups import Firsts, first_backups
from infra.ports import check_ports
from infra.survey import unhealthy
from operation import custodian, deployment
from operation.changes import Changes
from operation.containers import wait_for
from operation.failure import Failure
from operation.mutation import mutation
from operation.progress import Progress, progress_of
from operation.stack import Stack

KEPT_NOTE = "custody-told"
HEALTH_SECONDS = 180.0
"""As long as a deployment waits for a service that changed."""


def bring_up(stack: Stack, *, quiet: bool, as_json: bool, backup: bool) -> None:
    """Brings the stack to what its file says, and gives it restore points that are proven.

    Raises:
        Failure: when a port is taken, the deployment fails, or a backup cannot be taken or proven.
    """
    progress = progress_of(stack, "up", quiet=quiet)
    with mutation(stack, "up") as outcome:
        remind(stack, progress)
        changes = deploy(stack, progress)
        firsts = first_backups(stack, progress) if backup else Firsts([], present(stack)[0])
        outcome.outcome = "unchanged" if changes.nothing and not firsts.taken else "succeeded"
        outcome.detail = str(changes)
    summary = {
        "stack": stack.name,
        "changes": changes.counts,
        "addresses": addresses(stack),
        "root_certificate": str(stack.folder / "certs" / "root.pem"),
        "log": str(progress.log),
    }
    if as_json:
        print(json.dumps(summary, indent=1))
    else:
        _say(stack, progress, changes, firsts)


def deploy(stack: Stack, progress: Progress) -> Changes:
    """Brings the stack to what its file and its secrets say, and waits until all of it is healthy.

    Raises:
        Failure: when a port is taken, a new place of the S3 repository does not answer, the deployment fails,
            or a service does not become healthy. When the database's volume is lost, only what a restore
            needs is deployed.
    """
    if awaits(stack):
        raise Failure(
            f"a recovery of stack {stack.name} has not brought its database back yet.",
            "nothing was changed.",
            "type `./ops recover` with its kit again; it goes on from there.",
        )
    check_ports(stack, progress)
    _check_endpoint(stack)
    settle(stack, progress)
    lost_host.mend(stack, progress)
    shelf.key(stack)  # before anybody makes a recovery kit, which holds it
    serving = serving_volume(stack)
    check_agreement(stack, serving)
    away = lost.search(stack)
    if away and serving:
        raise lost.failure(stack)
    changes = deployment.up(stack, progress)
    if away:
        raise lost.failure(stack)
    remember(stack, serving_volume(stack))
    _await_health(stack, progress)
    lost_host.reissue(stack, progress)
    return changes


def _check_endpoint(stack: Stack) -> None:
    """Asks S3 elsewhere when nobody has asked it so before; one that is away later is no reason to fail."""
    if settled.changed(stack):
        where = coordinates(stack)
        if where is not None:
            reach.required(where)


def _await_health(stack: Stack, progress: Progress) -> None:
    """Waits for services that are as declared and not healthy yet: after a start of the Docker daemon.

    Raises:
        Failure: when one does not become healthy; names it.
    """
    if not unhealthy(stack):
        return
    with progress.step("wait until every service is healthy") as say:

        def whole() -> bool:
            left = unhealthy(stack)
            say(", ".join(left))
            return not left

        try:
            wait_for(whole, HEALTH_SECONDS, "the health of every service")
        except Failure as failure:
            names = ", ".join(unhealthy(stack))
            raise Failure(
                f"{failure.what[:-1]}: {names}.", remedy="`invoke logs SERVICE` tells why."
            ) from failure


def _say(stack: Stack, progress: Progress, changes: Changes, firsts: Firsts) -> None:
    lines = [f"\nstack {stack.name}: {changes}", f"  address           {addresses(stack)[0]}"]
    lines.append(f"  root certificate  {stack.folder / 'certs' / 'root.pem'}")
    for name, proof in firsts.proven.items():
        lines.append(f"  proven by restore {proof.label} in {name}, to {proof.recovered_to}")
    lines += [
        f"  log               {progress.log}",
        "  next              ./ops status · ./ops backup.list · ./ops --list",
    ]
    for line in lines:
        progress.say(line)
    _tell_custody(stack, progress)


def _tell_custody(stack: Stack, progress: Progress) -> None:
    """Once: what must leave this host, and why."""
    told = custodian.secret_path(stack, KEPT_NOTE)
    if told.exists():
        return
    progress.say(
        f"\nThe ciphers of both repositories and the CA's keys lie in {stack.folder} alone.\n"
        "  Without them nobody can read the backups, also not you. `invoke backup.kit` writes all of it\n"
        "  into one encrypted file; keep that off this host. This is said once."
    )
    custodian.write_private(told, b"told\n")

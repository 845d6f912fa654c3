"""The twin: a second stack of the same program, restored from the real backups, to be broken."""

import secrets
from typing import Any

from backups import cut_over, lineage, recovery, server
from backups.catalog import read_catalog
from backups.scratch import ensure_volume, scratch
from backups.target import Target
from backups.ways import plans
from infra.ports import free
from operation import audit, custodian, deployment
from operation.containers import execute, required
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from operation.stack_file import configure

SPARED = ("realtime", "pulse", "training", "monitoring")
"""A disaster of the database is drilled without them."""


def named(stack: Stack) -> Stack:
    """Chooses the name of a twin; nothing of it is there yet."""
    return Stack(f"twin-{secrets.token_hex(3)}", stack.root)


def make(stack: Stack, twin: Stack, progress: Progress) -> Stack:
    """Deploys the twin: a stack's settings, names and ports of its own, its database out of the real backups.

    Wherever production's S3 is, the twin archives into an object store of its own.

    Production is read only: its repository is mounted so, and the twin archives into a copy of its own.

    Raises:
        Failure: when the backups cannot be restored, or the twin does not come up; `destroy` what is there.
    """
    with progress.step(f"write the settings of {twin.name}"):
        _write_settings(stack, twin)
        custodian.adopt(twin, custodian.CIPHER_LOCAL, custodian.secret(stack, custodian.CIPHER_LOCAL))
    with progress.step("restore the real backups into the twin") as say:
        _seed(stack, twin, say)
    deployment.up(twin, progress)
    return Stack(twin.name, twin.root)


def destroy(stack: Stack, progress: Progress) -> None:
    """Removes a twin with all that it has; once more does no harm.

    Raises:
        Failure: when asked to destroy what is no twin.
    """
    from infra.take_down import remove_everything  # noqa: PLC0415

    if not stack.name.startswith("twin-"):
        raise Failure(f"{stack.name} is no twin.", "nothing was removed.")
    remove_everything(stack, progress)
    stack.file.unlink(missing_ok=True)


def _write_settings(stack: Stack, twin: Stack) -> None:
    import yaml  # noqa: PLC0415

    content = yaml.safe_load(stack.file.read_text()) or {}
    content.pop("encryptionsalt", None)
    twin.file.write_text(yaml.safe_dump(content))
    https_port, http_port = free(2)
    configure(
        twin,
        {
            "load_balancer.https_port": https_port,
            "load_balancer.http_port": http_port,
            "database.generation": 1,
            "database.kept": [],
            "database.last_generation": 1,
            "certificates.acme": {"enabled": False},
            "object_store.endpoint": "",
            "backups.off_host_required": False,
            **{f"{part}.enabled": False for part in SPARED},
        },
    )


COPY = """
set -eu
stanza=$1 label=$2
mkdir -p "/copy/archive/$stanza" "/copy/backup/$stanza"
cp -a "/repository/archive/$stanza/"archive.info* "/copy/archive/$stanza/"
cp -a "/repository/backup/$stanza/"backup.info* "/copy/backup/$stanza/"
if ! cp -a --update=none /repository/. /copy/ 2>/tmp/missed; then
  if grep -v 'No such file' /tmp/missed >&2; then exit 1; fi
fi
test -e "/copy/backup/$stanza/$label/backup.manifest"
"""
"""Production goes on with its backups meanwhile: what its catalogue lists is whole when the catalogue is
copied first, and what comes or goes later (a temporary file, an expired backup) is not missed."""


def _seed(stack: Stack, twin: Stack, say: Any) -> None:
    """Copies the local repository and restores it to its end, with production's image, keys and settings.

    Archiving is left to the twin's own boot, which makes the stanza in its object store first.
    """
    repository, volume = twin.object_name("repository"), twin.volume(1)
    ensure_volume(twin, repository)
    stanza = stack.settings.backups.stanza
    with scratch(stack, volume, more={repository: "/copy"}, owner=twin) as target:
        catalog = read_catalog(target, stanza)
        plan = plans(Target(latest=True), catalog, audit.now(), repository=1)[0]
        say("copying the local repository")
        copied = execute(target, ["bash", "-c", COPY, "copy", stanza, plan.backup.label])
        required(copied, "copying the local repository", "type the same command again.")
        say(f"restoring {plan.backup.label}")
        number = lineage.give(twin, catalog.timelines)
        recovery.fill(target, stanza, plan, stack.settings.backups.processes, highest=number - 1)
        say("replaying WAL")
        server.start(target)
        recovery.wait_for_end(target)
        cut_over.promoted(target, number)

"""Making a cluster of another major version out of a stopped one, in a scratch, and putting it in order."""

import time
from typing import Any

from backups import server
from backups.cut_over import LATER
from backups.engine import PENDING, archive_setting, query
from backups.proof import DATABASES
from backups.upgrade import collation
from operation.containers import execute, required
from operation.failure import Failure

UNFINISHED = "touch /cluster/restoring && sync /cluster/restoring"
TIDY = "rm -rf /cluster/restoring /cluster/borrowed && sync -f /cluster"
EXTENSIONS = "/cluster/update-extensions.sql"


def convert(target: Any, version: int, timeline: int) -> float:
    """Runs pg_upgrade on the stopped cluster of a scratch; gives the seconds that it took.

    Args:
        target: the scratch's container, with an image that has both versions.
        version: major version that it is to become.
        timeline: on which the new cluster begins.

    Raises:
        Failure: with pg_upgrade's own words.
    """
    required(execute(target, ["sh", "-c", UNFINISHED]), "marking the volume as unfinished")
    started = time.monotonic()
    output = execute(target, ["upgrade", str(version), str(timeline)])
    if output.status != 0:
        raise Failure(
            f"PostgreSQL {version} does not take this database:\n    {_indented(output.stderr)}",
            server.SERVES_STILL,
            "what it names has to be changed first; an older minor release than the one that serves may "
            f"refuse, too ({installed(target)}).",
        )
    return round(time.monotonic() - started, 1)


def put_in_order(target: Any) -> list[str]:
    """Brings a running cluster that was just converted up to date; says what was done, a sentence each.

    Extensions get the version of the new programs; indexes whose order another C or ICU library may have
    changed are built anew.

    Raises:
        Failure: when that fails; nothing serves from it yet.
    """
    done = []
    if execute(target, ["test", "-s", EXTENSIONS]).status == 0:
        argv = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", EXTENSIONS]
        required(execute(target, argv), "updating the extensions")
        required(execute(target, ["rm", "-f", EXTENSIONS]), "tidying the new volume")
        done.append("extensions were updated")
    for database in query(target, DATABASES).splitlines():
        rebuilt = collation.renew(target, database)
        if rebuilt:
            done.append(
                f"{database}: {len(rebuilt)} indexes were built anew, their collation has another version"
            )
    return done


def ready(target: Any, stanza: str) -> None:
    """Leaves a stopped cluster that may be served; archiving stays off until it is.

    Args:
        target: the scratch's container.
        stanza: where it archives from then on.
    """
    required(execute(target, ["bash", "-c", TIDY]), "tidying the new volume")
    setting = archive_setting(stanza)
    required(execute(target, ["sh", "-c", LATER, "sh", setting]), f"writing {PENDING}")


def installed(target: Any) -> str:
    """The minor releases in a scratch's image: `17.12 and 18.6`."""
    script = "for each in /usr/lib/postgresql/*/bin/postgres; do $each --version; done"
    lines = execute(target, ["sh", "-c", script]).stdout.splitlines()
    return " and ".join(line.split()[2] for line in lines if len(line.split()) > 2)  # noqa: PLR2004


def _indented(words: str) -> str:
    return "\n    ".join(line for line in words.strip().splitlines() if line.strip())

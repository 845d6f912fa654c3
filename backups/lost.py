"""A database whose volume is gone: it comes back from the backups, and never begins anew unsaid.

Pulumi's state forgets the cluster by `invoke down`, and Docker may lose its volumes meanwhile: the stack's
folder remembers that there was a cluster.
"""

import json
from datetime import UTC, datetime
from typing import Any

from backups.scratch import volume_exists
from operation import custodian
from operation.age_stream import new_identity
from operation.containers import client, containers
from operation.custodian import CLUSTER, write_private
from operation.failure import Failure
from operation.stack import LABEL_STACK, Stack

NOTE = "database-lost.json"
HAS_CLUSTER = ["/cluster/pgdata/PG_VERSION"]


def remember(stack: Stack) -> None:
    """Notes that the first cluster was made, or came out of a recovery.

    The secrets that backups hang on are there before: from then on a missing one is a lost one.
    """
    for name in (custodian.CIPHER_LOCAL, custodian.CIPHER_S3):
        custodian.secret(stack, name)
    custodian.secret(stack, custodian.POINTS_KEY, new_identity)
    _write(stack, CLUSTER, {"since": datetime.now(UTC).isoformat()})


def made(stack: Stack) -> bool:
    """Whether this stack ever had a cluster."""
    return (stack.folder / CLUSTER).exists()


def outstanding(stack: Stack) -> bool:
    """Whether the volume that the stack's file names is known to be lost: no server is to run on it.

    A restore moves on to another generation, so that the note says nothing any more.
    """
    path = stack.folder / NOTE
    try:
        return bool(json.loads(path.read_text())["generation"] == stack.settings.database.generation)
    except FileNotFoundError:
        return False
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(
            f"{path} cannot be understood ({error}).",
            "nobody knows from it whether the database's volume is lost.",
            "remove it; `invoke up` looks at the volume itself.",
        ) from error


def search(stack: Stack) -> bool:
    """Whether the volume that serves lost its cluster; notes it for those who deploy.

    A server that runs has one. An image that is gone, too, cannot look: then the server itself will tell.
    """
    lost = made(stack) and not containers(stack, "database") and not _holds_cluster(stack)
    if lost:
        _write(stack, NOTE, {"generation": stack.settings.database.generation})
    else:
        (stack.folder / NOTE).unlink(missing_ok=True)
    return lost


def sentence(stack: Stack) -> str:
    """What is lost."""
    volume = stack.volume(stack.settings.database.generation)
    return f"the data volume {volume} is gone or empty, and the database of stack {stack.name} with it."


def failure(stack: Stack) -> Failure:
    """What an operator is told."""
    return Failure(
        sentence(stack),
        "no server runs on it, since an empty database must not take its place.",
        "`invoke restore --latest` brings it back from the backups. Where there are none, and nobody needs "
        f"what it held: `invoke down --destroy-data {stack.name}`, and `invoke up` begins anew.",
    )


def _holds_cluster(stack: Stack) -> bool:
    from docker.errors import ContainerError, ImageNotFound  # noqa: PLC0415
    from docker.types import Mount  # noqa: PLC0415

    engine: Any = client()
    volume = stack.volume(stack.settings.database.generation)
    if not volume_exists(volume, engine):
        return False
    try:
        engine.containers.run(
            f"bem-database:{stack.name}",
            ["-s", *HAS_CLUSTER],
            entrypoint=["test"],
            mounts=[Mount("/cluster", volume, read_only=True)],
            network_mode="none",
            labels={LABEL_STACK: stack.name},
            cap_drop=["ALL"],
            cap_add=["DAC_READ_SEARCH"],
            read_only=True,
            remove=True,
        )
    except ContainerError:
        return False
    except ImageNotFound:
        return True
    return True


def _write(stack: Stack, name: str, content: dict[str, Any]) -> None:
    write_private(stack.make_folder() / name, json.dumps(content).encode())

"""What a kept volume holds: which major version, and whose stanza it archives into."""

from dataclasses import dataclass

from backups import switch
from operation.containers import client
from operation.failure import Failure
from operation.stack import LABEL_STACK, Stack

ASK = """
cat /cluster/pgdata/PG_VERSION
cat /cluster/archiving.conf /cluster/archiving.pending 2>/dev/null | grep -om1 -- '--stanza=[^ ]*'
"""


@dataclass(frozen=True)
class Nature:
    """Of one volume.

    Attributes:
        version: major version of its cluster.
        stanza: where its WAL goes.
    """

    version: int
    stanza: str


def nature(stack: Stack, volume: str) -> Nature:
    """Looks into a volume, read-only; where no upgrade was ever made all are alike, and none is looked into.

    Raises:
        Failure: when it holds no cluster.
    """
    settings = stack.settings
    if not settings.database.former:
        return Nature(settings.database.version, settings.backups.stanza)
    from docker.errors import ContainerError  # noqa: PLC0415
    from docker.types import Mount  # noqa: PLC0415

    try:
        said = client().containers.run(
            switch.serving_image(stack),
            ["-c", ASK],
            entrypoint="sh",
            mounts=[Mount("/cluster", volume, read_only=True)],
            network_mode="none",
            labels={LABEL_STACK: stack.name},
            cap_drop=["ALL"],
            read_only=True,
            remove=True,
        )
    except ContainerError as error:
        raise Failure(
            f"volume {volume} does not say which PostgreSQL it is of.",
            "the database that serves was not touched.",
            "`invoke restore.forget` it; `invoke restore --to TIME` reaches what the backups cover.",
        ) from error
    return parsed(said.decode(), settings.backups.stanza)


def parsed(said: str, present: str) -> Nature:
    """Reads the two lines; a volume that never archived has but one; pure."""
    version, *rest = said.split()
    stanza = rest[0].removeprefix("--stanza=") if rest else present
    return Nature(int(version), stanza)

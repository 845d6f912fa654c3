"""The WAL receiver: `pg_receivewal` onto a volume of its own. Commits wait until it has their WAL."""

from dataclasses import dataclass

import pulumi

from infra.database import Database
from infra.network import Networks
from infra.parties import WAL_RECEIVER
from infra.storage import Volumes
from infra.swarm_service import SwarmServiceArgs, swarm_service
from operation.stack import Stack

MEBIBYTE = 1024 * 1024
CERTIFICATES = "/certs/current"
ENVIRONMENT = {
    "PARTY": WAL_RECEIVER.role,
    "PGHOST": "database",
    "PGUSER": WAL_RECEIVER.common_name,
    "PGSSLMODE": "verify-full",
    "PGSSLROOTCERT": f"{CERTIFICATES}/ca.pem",
    "PGSSLCERT": f"{CERTIFICATES}/cert.pem",
    "PGSSLKEY": f"{CERTIFICATES}/key.pem",
    "PGCONNECT_TIMEOUT": "3",
}
"""How its programs find the database, as libpq reads it; `PARTY` tells the image what it runs."""


@dataclass(frozen=True)
class WalReceiverArgs:
    """Where it lives, and whose WAL it takes."""

    networks: Networks
    volumes: Volumes
    certificate: pulumi.Resource
    database: Database


class WalReceiver(pulumi.ComponentResource):
    """One container beside the database. Refuses to write while a restore reads what it has."""

    def __init__(
        self, stack: Stack, args: WalReceiverArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("bem:infra:WalReceiver", WAL_RECEIVER.role, None, opts)
        if args.volumes.received is None:
            message = "the WAL receiver has no volume"
            raise ValueError(message)
        swarm_service(
            stack,
            SwarmServiceArgs(
                party=WAL_RECEIVER,
                image=args.database.image,
                networks=args.networks.of(WAL_RECEIVER.role),
                stateful=True,
                args=["receive"],
                env=ENVIRONMENT,
                volumes={
                    "/wal": (args.volumes.received, False),
                    "/certs": (args.volumes.certificates[WAL_RECEIVER.role], True),
                },
                tmpfs={"/tmp": 16 * MEBIBYTE, "/run": 16 * MEBIBYTE},  # noqa: S108
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[args.certificate, args.database.service]),
        )
        self.register_outputs({})

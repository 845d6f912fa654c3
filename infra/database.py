"""PostgreSQL: checksums, certificates in place of passwords, archiving into two repositories."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from backups.endpoint.coordinates import roots
from backups.endpoint.keys import keys_of
from backups.stanza import Stanza
from infra.absence import awaits
from infra.alert_rules import observe_seconds
from infra.cluster import Cluster
from infra.images import ImageArgs, built
from infra.network import Networks
from infra.parties import DATABASE
from infra.sections.object_store import OUTSIDE_ROOTS
from infra.storage import Volumes
from infra.swarm_service import SwarmServiceArgs, swarm_service
from infra.templates import config, rendered, secret
from operation import custodian
from operation.stack import Stack

MEBIBYTE = 1024 * 1024
SHARED_MEMORY = 256 * MEBIBYTE
"""For parallel queries; 64 MB, Docker's own, is too little."""


@dataclass(frozen=True)
class DatabaseArgs:
    """Where the database lives and whom it may talk to.

    Attributes:
        stores: the stack's own object store; none where S3 is elsewhere.
    """

    networks: Networks
    volumes: Volumes
    certificate: pulumi.Resource
    stores: Sequence[pulumi.Resource] = ()


class Database(pulumi.ComponentResource):
    """Server and stanza. Refuses to start on an empty volume that is not the first.

    While a recovery has not filled its volume yet, or the volume is lost, no server runs and there is no
    cluster: an empty database must not meet the repositories of the one that was lost.

    Attributes:
        image: its digest; the WAL receiver runs it, too.
        service: the server.
        stanza: in both repositories.
    """

    def __init__(self, stack: Stack, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bem:infra:Database", "database", None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        self.image = image = built(stack, image_args(stack.settings.database.versions), inside)
        waits = awaits(stack)
        cluster = Cluster(
            "cluster",
            stack.name,
            args.volumes.database,
            image,
            pulumi.ResourceOptions(parent=self),
            made=not waits,
        )
        self.service = swarm_service(
            stack,
            SwarmServiceArgs(
                party=DATABASE,
                image=image,
                networks=args.networks.of(DATABASE.role),
                stateful=True,
                replicas=0 if waits else 1,
                env={**_observed(stack), **_zero_loss(stack)},
                volumes={
                    "/cluster": (args.volumes.database, False),
                    "/repository": (args.volumes.repository, False),
                    "/certs": (args.volumes.certificates[DATABASE.role], True),
                },
                tmpfs={"/tmp": 256 * MEBIBYTE, "/run": 16 * MEBIBYTE, "/dev/shm": SHARED_MEMORY},  # noqa: S108
                configs=_configs(stack, self),
                secrets={"/etc/pgbackrest/conf.d/secrets.conf": _repository_secrets(stack, self)},
                stop_signal="SIGINT",
                stop_grace="120s",
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[cluster, args.certificate, *args.stores]),
        )
        self.stanza: pulumi.Resource = self.service if waits else self._stanza(stack)
        self.register_outputs({})

    def _stanza(self, stack: Stack) -> Stanza:
        return Stanza(
            "stanza",
            stack.name,
            stack.settings.backups.stanza,
            stack.settings.object_store.place,
            pulumi.ResourceOptions(parent=self, depends_on=[self.service]),
        )


def image_args(versions: Sequence[int]) -> ImageArgs:
    """The image with the programs of these major versions."""
    return ImageArgs("database", args={"VERSIONS": " ".join(map(str, sorted(versions)))})


def _observed(stack: Stack) -> dict[str, str]:
    """Seconds between two looks at the repositories, for Prometheus; none where nobody reads it."""
    monitoring = stack.settings.monitoring
    seconds = round(observe_seconds(monitoring))
    return {"OBSERVE": str(seconds)} if monitoring.enabled else {}


def _zero_loss(stack: Stack) -> dict[str, str]:
    """What becomes of commits without the WAL receiver; administration over the socket never waits for it."""
    receiver = stack.settings.database.wal_receiver
    names = {
        "ZERO_LOSS": receiver.on_loss,
        "ZERO_LOSS_SECONDS": str(receiver.away_seconds),
        "PGOPTIONS": "-c synchronous_commit=local",
    }
    return names if receiver.enabled else {}


def _configs(stack: Stack, parent: pulumi.Resource) -> dict[str, docker.ServiceConfig]:
    settings = stack.settings
    contents = {
        "/etc/postgresql/postgresql.conf": rendered(
            stack,
            "database/postgresql.conf.j2",
            settings=settings.database,
            revocation=settings.certificates.revocation,
        ),
        "/etc/postgresql/pg_hba.conf": rendered(stack, "database/pg_hba.conf"),
        "/etc/pgbackrest/pgbackrest.conf": rendered(
            stack, "database/pgbackrest.conf.j2", backups=settings.backups, object_store=settings.object_store
        ),
    }
    if settings.object_store.roots == OUTSIDE_ROOTS:
        contents[OUTSIDE_ROOTS] = roots(stack)
    return {
        path: config(stack, path.rsplit("/", 1)[1], content, parent) for path, content in contents.items()
    }


def _repository_secrets(stack: Stack, parent: pulumi.Resource) -> docker.Secret:
    keys = keys_of(stack)
    content = "\n".join(
        [
            "[global]",
            f"repo1-cipher-pass={custodian.secret(stack, custodian.CIPHER_LOCAL)}",
            f"repo2-cipher-pass={custodian.secret(stack, custodian.CIPHER_S3)}",
            f"repo2-s3-key={keys.access}",
            f"repo2-s3-key-secret={keys.secret}",
            "",
        ]
    )
    return secret(stack, "pgbackrest-secrets", content, parent)

"""The volumes of a stack: what survives its containers."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from infra.parties import ALERTMANAGER, PROMETHEUS, WAL_RECEIVER, parties
from operation.stack import LABEL_STACK, Stack


@dataclass(frozen=True)
class Volumes:
    """Names of the volumes.

    Attributes:
        database: data volume of the generation that serves.
        repository: the local backup repository.
        objects: the embedded object store's data.
        cache: Redis' append-only files.
        balancer: the load balancer's configuration.
        received: what the WAL receiver keeps; None where the stack has none.
        monitors: what Prometheus and Alertmanager keep, by role; nothing where the stack is not monitored.
        certificates: one volume a party, by role.
    """

    database: pulumi.Output[str]
    repository: pulumi.Output[str]
    objects: pulumi.Output[str]
    cache: pulumi.Output[str]
    balancer: pulumi.Output[str]
    received: pulumi.Output[str] | None
    monitors: dict[str, pulumi.Output[str]]
    certificates: dict[str, pulumi.Output[str]]


class Storage(pulumi.ComponentResource):
    """Every volume; those with data outlive `pulumi destroy` and a removal from the program.

    A data volume of each declared generation stays, so that a restore can be undone.
    """

    def __init__(self, stack: Stack, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bem:infra:Storage", "storage", None, opts)
        database = stack.settings.database
        generations = {
            each: self._volume(stack, f"database-g{each}", keep=True) for each in database.declared
        }
        self.volumes = Volumes(
            database=generations[database.generation],
            repository=self._volume(stack, "repository", keep=True),
            objects=self._volume(stack, "objects", keep=True),
            cache=self._volume(stack, "cache", keep=True),
            balancer=self._volume(stack, "load-balancer-config", keep=False),
            received=self._received(stack),
            monitors={
                party.role: self._volume(stack, party.role, keep=True)
                for party in (PROMETHEUS, ALERTMANAGER)
                if party in parties(stack.settings)
            },
            certificates={
                party.role: self._volume(stack, f"certs-{party.role}", keep=False)
                for party in parties(stack.settings)
            },
        )
        self.register_outputs({})

    def _received(self, stack: Stack) -> pulumi.Output[str] | None:
        receiver = stack.settings.database.wal_receiver
        if not receiver.enabled:
            return None
        return self._volume(stack, WAL_RECEIVER.role, keep=True, options=receiver.volume_options)

    def _volume(
        self, stack: Stack, name: str, *, keep: bool, options: Mapping[str, str] | None = None
    ) -> pulumi.Output[str]:
        volume = docker.Volume(
            f"volume-{name}",
            name=stack.object_name(name),
            labels=[docker.VolumeLabelArgs(label=LABEL_STACK, value=stack.name)],
            driver_opts=dict(options) if options else None,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=keep),
        )
        return volume.name

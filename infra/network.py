"""One overlay network for each pair of parties that may talk, and no other way between them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from infra.parties import ALERTMANAGER, DATABASE, LOAD_BALANCER, MIGRATIONS, pairs, parties
from infra.settings import Settings
from operation.stack import LABEL_STACK, Stack

OUTSIDE = "outside"
"""The network of the load balancer alone; it leads out of the stack."""
ALERTS = "alerts"
"""The network of Alertmanager alone; it leads out, to where alerts go."""
BACKUPS = "backups"
"""The network of the database alone, where S3 is elsewhere; it leads out. There is no fourth that does."""


@dataclass(frozen=True)
class Networks:
    """Ids of the networks.

    Attributes:
        pairs: by client and server.
        outside: of those that lead out, by the only role in it.
    """

    pairs: Mapping[tuple[str, str], pulumi.Output[str]]
    outside: Mapping[str, pulumi.Output[str]]

    def of(self, role: str) -> tuple[pulumi.Output[str], ...]:
        """The networks that a party joins: each pair that it is an end of."""
        mine = tuple(network for pair, network in self.pairs.items() if role in pair)
        return (*mine, self.outside[role]) if role in self.outside else mine


class NetworkSet(pulumi.ComponentResource):
    """The networks of a stack, from the table `talks` of its file.

    Refuses nothing; the table was validated when it was read.
    """

    def __init__(self, stack: Stack, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bem:infra:NetworkSet", "networks", None, opts)
        self.networks = Networks(
            pairs={
                (client, server): self._overlay(stack, network_of(client, server))
                for client, server in pairs(stack.settings)
            },
            outside={
                role: self._overlay(stack, name, internal=False) for role, name in outward(stack.settings)
            },
        )
        self.register_outputs({})

    def _overlay(self, stack: Stack, name: str, *, internal: bool = True) -> pulumi.Output[str]:
        network = docker.Network(
            f"network-{name}",
            name=stack.object_name(name),
            driver="overlay",
            internal=internal,
            attachable=name.startswith(f"{MIGRATIONS.role}-"),  # a job is a container, not a service
            labels=[docker.NetworkLabelArgs(label=LABEL_STACK, value=stack.name)],
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        return network.id


def outward(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Who leads out, and by which network."""
    ways = [(LOAD_BALANCER, OUTSIDE), (ALERTMANAGER, ALERTS)]
    if settings.object_store.outside:
        ways.append((DATABASE, BACKUPS))
    present = parties(settings)
    return tuple((party.role, name) for party, name in ways if party in present)


def network_of(client: str, server: str) -> str:
    """The name of a pair's network, without the stack's."""
    return f"{client}-{server}"

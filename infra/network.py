"""One overlay network for each pair of parties that may talk, and no other way between them."""

from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from operation.stack import LABEL_STACK, Stack


@dataclass(frozen=True)
class Networks:
    """Ids of the three networks.

    Attributes:
        edge: load balancer and api.
        data: api and database.
        backup: database and object store.
    """

    edge: pulumi.Output[str]
    data: pulumi.Output[str]
    backup: pulumi.Output[str]


class NetworkSet(pulumi.ComponentResource):
    """The networks of a stack; refuses nothing, since it has no inputs."""

    def __init__(self, stack: Stack, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bem:infra:NetworkSet", "networks", None, opts)
        self.networks = Networks(
            edge=self._overlay(stack, "edge", internal=False),
            data=self._overlay(stack, "data", internal=True),
            backup=self._overlay(stack, "backup", internal=True),
        )
        self.register_outputs({})

    def _overlay(self, stack: Stack, name: str, *, internal: bool) -> pulumi.Output[str]:
        network = docker.Network(
            f"network-{name}",
            name=stack.object_name(name),
            driver="overlay",
            internal=internal,
            labels=[docker.NetworkLabelArgs(label=LABEL_STACK, value=stack.name)],
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        return network.id

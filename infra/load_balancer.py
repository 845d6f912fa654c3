"""HAProxy: the only service that publishes ports; it finds the replicas by DNS."""

from dataclasses import dataclass

import pulumi

from infra.images import ImageArgs, built
from infra.network import Networks
from infra.parties import LOAD_BALANCER
from infra.storage import Volumes
from infra.swarm_service import Health, SwarmServiceArgs, swarm_service
from infra.templates import config, rendered
from operation.stack import Stack

MEBIBYTE = 1024 * 1024
SPARE_SLOTS = 8
"""Server slots beyond the replicas: a start-first update has old and new ones at once."""


@dataclass(frozen=True)
class LoadBalancerArgs:
    """What the load balancer needs; it starts without an api and answers 503 until there is one."""

    networks: Networks
    volumes: Volumes
    certificate: pulumi.Resource


class LoadBalancer(pulumi.ComponentResource):
    """One HAProxy on its host's ports; a new image or configuration is a gap, since a port has one owner."""

    def __init__(
        self, stack: Stack, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("bem:infra:LoadBalancer", "load-balancer", None, opts)
        settings = stack.settings.load_balancer
        file = rendered(
            stack,
            "load-balancer/haproxy.cfg.j2",
            https_port=settings.https_port,
            http_port=settings.http_port,
            max_connections=settings.max_connections,
            api_slots=stack.settings.api.replicas + SPARE_SLOTS,
            api_service="api",
            stack_name=stack.name,
        )
        self.service = swarm_service(
            stack,
            SwarmServiceArgs(
                party=LOAD_BALANCER,
                image=built(stack, ImageArgs("load-balancer"), pulumi.ResourceOptions(parent=self)),
                networks=(args.networks.edge,),
                stateful=True,
                volumes={"/certs": (args.volumes.certificates[LOAD_BALANCER.role], True)},
                tmpfs={"/tmp": 16 * MEBIBYTE, "/run": 16 * MEBIBYTE},  # noqa: S108
                configs={"/usr/local/etc/haproxy/haproxy.cfg": config(stack, "haproxy.cfg", file, self)},
                ports=(settings.https_port, settings.http_port),
                stop_signal="SIGUSR1",
                stop_grace="30s",
                health=Health(interval="3s"),
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[args.certificate]),
        )
        self.register_outputs({})

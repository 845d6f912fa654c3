"""HAProxy: the only service that publishes ports; it finds the replicas by DNS."""

from dataclasses import dataclass

import pulumi

from infra.balancer_delivery import Configuration
from infra.balancer_file import content
from infra.balancer_volume import FOLDER
from infra.images import ImageArgs, built
from infra.network import Networks
from infra.parties import LOAD_BALANCER
from infra.storage import Volumes
from infra.swarm_service import SwarmServiceArgs, swarm_service
from operation.stack import Stack

MEBIBYTE = 1024 * 1024
STOP_GRACE = "12s"
"""For requests that have begun, each answered within ten; open WebSockets hold no successor up longer."""


@dataclass(frozen=True)
class LoadBalancerArgs:
    """What the load balancer needs; it starts without an api and answers 503 until there is one."""

    networks: Networks
    volumes: Volumes
    certificate: pulumi.Resource


class LoadBalancer(pulumi.ComponentResource):
    """One HAProxy on its host's ports.

    Another configuration is taken by a reload; another image, port or network is a gap: a port has one owner.
    """

    def __init__(
        self, stack: Stack, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("bem:infra:LoadBalancer", "load-balancer", None, opts)
        settings = stack.settings.load_balancer
        certificates = args.volumes.certificates[LOAD_BALANCER.role]
        image = built(stack, ImageArgs("load-balancer"), pulumi.ResourceOptions(parent=self))
        configuration = Configuration(
            "load-balancer-configuration",
            {
                "content": content(stack),
                "volume": args.volumes.balancer,
                "certificates": certificates,
                "stack": stack.name,
                "image": image,
            },
            pulumi.ResourceOptions(parent=self, depends_on=[args.certificate]),
        )
        self.service = swarm_service(
            stack,
            SwarmServiceArgs(
                party=LOAD_BALANCER,
                image=image,
                networks=args.networks.of(LOAD_BALANCER.role),
                stateful=True,
                volumes={"/certs": (certificates, True), FOLDER: (args.volumes.balancer, True)},
                tmpfs={"/tmp": 16 * MEBIBYTE, "/run": 16 * MEBIBYTE},  # noqa: S108
                ports=(settings.https_port, settings.http_port),
                stop_signal="SIGUSR1",
                stop_grace=STOP_GRACE,
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[args.certificate, configuration]),
        )
        self.register_outputs({})

"""The stateless services of BEM."""

from dataclasses import dataclass

import pulumi

from infra.images import ImageArgs, built
from infra.network import Networks
from infra.parties import API
from infra.storage import Volumes
from infra.swarm_service import SwarmServiceArgs, swarm_service
from operation.stack import Stack

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class ApiArgs:
    """What the api needs before it starts: its certificate, and a database that archives."""

    networks: Networks
    volumes: Volumes
    certificate: pulumi.Resource
    database: pulumi.Resource


class Api(pulumi.ComponentResource):
    """The HTTP service, in replicas; a new one takes traffic only when it is healthy."""

    def __init__(self, stack: Stack, args: ApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bem:infra:Api", "api", None, opts)
        image = built(
            stack,
            image_args(stack),
            pulumi.ResourceOptions(parent=self),
        )
        self.service = swarm_service(
            stack,
            SwarmServiceArgs(
                party=API,
                image=image,
                networks=(args.networks.edge, args.networks.data),
                stateful=False,
                replicas=stack.settings.api.replicas,
                env={"API_POOL_SIZE": str(stack.settings.api.pool_size)},
                volumes={"/certs": (args.volumes.certificates[API.role], True)},
                tmpfs={"/tmp": 64 * MEBIBYTE, "/run": 16 * MEBIBYTE},  # noqa: S108
                stop_grace="30s",
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[args.certificate, args.database]),
        )
        self.register_outputs({})


def image_args(stack: Stack) -> ImageArgs:
    """The api's image is built from its code, which is the context."""
    return ImageArgs("api", context=stack.root / "services" / "api")

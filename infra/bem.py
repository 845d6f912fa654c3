"""The whole platform, in its boot order: CA, volumes, S3, bucket, stanza, archiving, services."""

import pulumi

from infra.database import Database, DatabaseArgs
from infra.load_balancer import LoadBalancer, LoadBalancerArgs
from infra.network import NetworkSet
from infra.object_store import ObjectStore, ObjectStoreArgs
from infra.services import Api, ApiArgs
from infra.storage import Storage
from infra.tls import Tls
from operation.stack import Stack


class Platform(pulumi.ComponentResource):
    """Every component of a stack; the dependencies are the order in which they start.

    Attributes:
        addresses: where clients reach the platform.
    """

    def __init__(self, stack: Stack) -> None:
        super().__init__("bem:infra:Platform", stack.name)
        inside = pulumi.ResourceOptions(parent=self)
        networks = NetworkSet(stack, inside).networks
        volumes = Storage(stack, inside).volumes
        certificates = Tls(stack, volumes, inside).deliveries
        object_store = ObjectStore(
            stack, ObjectStoreArgs(networks, volumes, certificates["object-store"]), inside
        )
        database = Database(
            stack, DatabaseArgs(networks, volumes, certificates["database"], object_store.service), inside
        )
        Api(stack, ApiArgs(networks, volumes, certificates["api"], database.stanza), inside)
        LoadBalancer(stack, LoadBalancerArgs(networks, volumes, certificates["load-balancer"]), inside)
        self.addresses = addresses(stack)
        self.register_outputs({"addresses": self.addresses})


def addresses(stack: Stack) -> list[str]:
    """The platform's addresses, by the names and addresses that its certificate carries."""
    settings = stack.settings
    names = [*settings.certificates.names, *settings.certificates.addresses]
    hosts = [f"[{name}]" if ":" in name else name for name in names]
    return [f"https://{host}:{settings.load_balancer.https_port}" for host in hosts]

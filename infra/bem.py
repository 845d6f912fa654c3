"""The whole platform, in its boot order: CA, volumes, S3, bucket, stanza, archiving, services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi

from infra.absence import awaits
from infra.addresses import addresses
from infra.cache import Cache, CacheArgs
from infra.database import Database, DatabaseArgs
from infra.load_balancer import LoadBalancer, LoadBalancerArgs
from infra.migration import Migration, MigrationArgs
from infra.monitoring import Monitoring, MonitoringArgs
from infra.network import Networks, NetworkSet
from infra.object_store import ObjectStore, ObjectStoreArgs
from infra.parties import (
    API,
    CACHE,
    CONSOLE,
    OBJECT_STORE,
    PROMETHEUS,
    PULSE,
    REALTIME,
    TRAINING,
    WAL_RECEIVER,
    Party,
    parties,
)
from infra.sections.services import Api, Pulse, Realtime
from infra.services import Service, ServiceArgs
from infra.storage import Storage, Volumes
from infra.tls import Tls
from infra.wal_receiver import WalReceiver, WalReceiverArgs
from operation.stack import Stack


class Platform(pulumi.ComponentResource):
    """Every component of a stack; the dependencies are the order in which they start.

    Up to the database alone while its data is still to come from the backups: who serves needs its schema.

    Attributes:
        addresses: where clients reach the platform.
    """

    def __init__(self, stack: Stack) -> None:
        super().__init__("bem:infra:Platform", stack.name)
        inside = pulumi.ResourceOptions(parent=self)
        networks = NetworkSet(stack, inside).networks
        volumes = Storage(stack, inside).volumes
        certificates = Tls(stack, volumes, inside).deliveries
        present = parties(stack.settings)
        stores: list[pulumi.Resource] = []
        if OBJECT_STORE in present:
            args = ObjectStoreArgs(networks, volumes, certificates["object-store"])
            stores.append(ObjectStore(stack, args, inside).service)
        if WAL_RECEIVER in present:  # a CA that may not sign for it is met before commits wait for it
            stores.append(certificates[WAL_RECEIVER.role])
        database = Database(stack, DatabaseArgs(networks, volumes, certificates["database"], stores), inside)
        self.addresses = addresses(stack)
        if not awaits(stack):
            _serving(stack, _Ground(networks, volumes, certificates), database, inside)
        self.register_outputs({"addresses": self.addresses})


@dataclass(frozen=True)
class _Ground:
    """What stands before any service does."""

    networks: Networks
    volumes: Volumes
    certificates: Mapping[str, pulumi.Resource]


def _serving(stack: Stack, ground: _Ground, database: Database, inside: pulumi.ResourceOptions) -> None:
    """All that a database with its schema is needed for, and what looks at it."""
    networks, volumes, certificates = ground.networks, ground.volumes, ground.certificates
    present = parties(stack.settings)
    needs: dict[str, list[pulumi.Resource]] = {party.role: [certificates[party.role]] for party in present}
    if WAL_RECEIVER in present:
        received = WalReceiverArgs(networks, volumes, certificates[WAL_RECEIVER.role], database)
        WalReceiver(stack, received, inside)
    if CACHE in present:
        cache = Cache(stack, CacheArgs(networks, volumes, certificates["cache"]), inside)
        for role in ("realtime", "pulse", "training"):
            needs.get(role, []).append(cache.service)
    migrations = certificates["migrations"]
    schema = Migration(stack, MigrationArgs(networks, volumes, migrations, database.stanza), inside).migrated
    for role in ("api", "pulse", "training"):
        needs.get(role, []).append(schema)
    images: list[pulumi.Resource] = []
    for args in _services(stack, networks, volumes, needs):
        service = Service(stack, replace(args, after=tuple(images)), inside)
        images = [service.image] if service.image else images
    if PROMETHEUS in present:
        Monitoring(stack, MonitoringArgs(networks, volumes, certificates), inside)
    LoadBalancer(stack, LoadBalancerArgs(networks, volumes, certificates["load-balancer"]), inside)


def _services(
    stack: Stack, networks: Networks, volumes: Volumes, needs: Mapping[str, Sequence[pulumi.Resource]]
) -> list[ServiceArgs]:
    settings = stack.settings
    rows: tuple[tuple[Party, int, dict[str, str]], ...] = (
        (API, settings.api.replicas, api_environment(settings.api)),
        (REALTIME, settings.realtime.replicas, realtime_environment(settings.realtime)),
        (TRAINING, settings.training.replicas, {"MODELS_BUCKET": settings.training.bucket}),
        (PULSE, settings.pulse.replicas, pulse_environment(settings.pulse)),
        (CONSOLE, 1, {"CONSOLE_STACK": stack.name}),
    )
    present = parties(settings)
    return [
        ServiceArgs(party, networks, volumes, replicas, needs[party.role], env=env)
        for party, replicas, env in rows
        if party in present
    ]


def pulse_environment(pulse: Pulse) -> dict[str, str]:
    """What a worker is told."""
    return {
        "PULSE_BATCH": str(pulse.batch),
        "PULSE_TRIES": str(pulse.tries),
        "PULSE_RETENTION_DAYS": str(pulse.retention_days),
    }


def realtime_environment(settings: Realtime) -> dict[str, str]:
    """The bounds of the WebSocket channel, as its replicas read them."""
    deployment = {"enabled", "replicas"}
    return {f"REALTIME_{key.upper()}": str(value) for key, value in settings if key not in deployment}


def api_environment(settings: Api) -> dict[str, str]:
    """What a replica of the api is told."""
    return {"API_POOL_SIZE": str(settings.pool_size), "API_AUTHENTICATION": settings.authentication}

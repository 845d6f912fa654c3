"""A synchronous standby in the WAL receiver's place: a whole second database, by `pg_basebackup`."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from backups.scratch import ensure_volume, remove_volume
from infra.parties import WAL_RECEIVER
from operation.containers import client
from operation.stack import LABEL_ROLE, Stack

ROLE = "standby"
SERVE = """
set -e
[ -s /cluster/pgdata/PG_VERSION ] ||
  pg_basebackup --pgdata=/cluster/pgdata --checkpoint=fast --write-recovery-conf --no-password \
    --dbname=application_name=wal_receiver
exec postgres -D /cluster/pgdata -c listen_addresses= -c unix_socket_directories=/run
"""


def standby_spec(receiver: dict[str, Any], stack: Stack, volume: str) -> dict[str, Any]:
    """The service to create, from the WAL receiver's own: its image, certificate and network; pure."""
    template = deepcopy(receiver["TaskTemplate"])
    inner = template["ContainerSpec"]
    labels = {**inner["Labels"], LABEL_ROLE: ROLE}
    mounts = [each for each in inner["Mounts"] if each["Target"] != "/wal"]
    inner |= {
        "Command": ["/usr/bin/tini", "--", "bash", "-c", SERVE],
        "Args": [],
        "Labels": labels,
        "Healthcheck": {"Test": ["NONE"]},
        "Mounts": [*mounts, {"Type": "volume", "Source": volume, "Target": "/cluster"}],
    }
    template["Networks"] = [{"Target": each["Target"]} for each in template["Networks"]]
    return {
        "name": stack.object_name(ROLE),
        "labels": labels,
        "task_template": template,
        "mode": {"Replicated": {"Replicas": 1}},
        "endpoint_spec": {"Mode": "dnsrr"},
    }


@contextmanager
def standby(stack: Stack) -> Iterator[None]:
    """Runs one while the block does, and removes it with its volume."""
    engine, volume = client(), stack.object_name(ROLE)
    receiver = engine.api.inspect_service(stack.object_name(WAL_RECEIVER.role))["Spec"]
    ensure_volume(stack, volume, engine)
    made = standby_spec(receiver, stack, volume)
    service = engine.api.create_service(made.pop("task_template"), **made)
    try:
        yield
    finally:
        engine.api.remove_service(service["ID"])
        remove_volume(volume, engine)

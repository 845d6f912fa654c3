"""Who reaches whom: tried from each container."""

from typing import Any

import docker

from infra.parties import services
from operation.containers import execute
from operation.stack import LABEL_ROLE, LABEL_STACK
from tests.platform.deployment import Deployment

PORTS = {
    "api": 8443,
    "realtime": 8443,
    "pulse": 8443,
    "console": 8443,
    "database": 5432,
    "cache": 6379,
    "object-store": 8333,
    "prometheus": 9090,
    "alertmanager": 9093,
}
"""Where servers listen."""

CONNECT = """
for each in "$@"; do
  IFS=, read -r role port <<< "$each"
  timeout 2 bash -c "exec 3<>/dev/tcp/$role/$port" 2>/dev/null && echo "$role"
done
exit 0
"""


def container(deployment: Deployment, role: str) -> Any:
    """A running container of that role."""
    labels = [f"{LABEL_STACK}={deployment.name}", f"{LABEL_ROLE}={role}"]
    return docker.from_env().containers.list(filters={"label": labels})[0]


def reached(deployment: Deployment) -> set[tuple[str, str]]:
    """Every pair of roles of which the first can open a connection to the second by its name.

    Docker's DNS tells a name only in a network that both are in. Addresses of other networks are not tried:
    what leads out of the stack may answer for any of them.
    """
    running = [party.role for party in services(deployment.settings)]
    return {(client, server) for client in running for server in _answering(deployment, client, running)}


def _answering(deployment: Deployment, client: str, running: list[str]) -> set[str]:
    words = [f"{role},{PORTS[role]}" for role in running if role in PORTS and role != client]
    said = execute(container(deployment, client), ["bash", "-c", CONNECT, "reach", *words])
    return set(said.stdout.split())

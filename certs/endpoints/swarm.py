"""The certificates that Swarm's managers show each other and their nodes; Docker itself renews them."""

import tempfile
from collections.abc import Mapping
from typing import Any

from certs.endpoints import expiry, handshake
from certs.endpoints.endpoint import Finding
from certs.endpoints.vantage import SECONDS
from operation.containers import client
from operation.failure import Failure

PARTY = "swarm-manager"
"""Also the name that each of them has in its certificate."""

ADVICE = "Docker renews it by itself: restart the daemon there, then look at its log"


def findings() -> list[Finding]:
    """Asks every manager that this node knows; workers have no port to be asked at.

    Raises:
        Failure: when Docker does not answer.
    """
    swarm: Mapping[str, Any] = client().info().get("Swarm") or {}
    trust = ((swarm.get("Cluster") or {}).get("TLSInfo") or {}).get("TrustRoot", "")
    managers = swarm.get("RemoteManagers") or ()
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as root:
        root.write(trust)
        root.flush()
        return [look(str(each["Addr"]), root.name) for each in managers if trust]


def look(address: str, root: str) -> Finding:
    """Asks one manager.

    Args:
        address: host and port.
        root: PEM file of the Swarm's own CA.
    """
    host, _, port = address.rpartition(":")
    words = handshake.shake(host.strip("[]"), int(port), PARTY, root, seconds=SECONDS)
    try:
        seen = expiry.parsed(words, address)
    except Failure as failure:
        return Finding(PARTY, address, None, failure.what)
    return Finding(PARTY, address, seen, f"{seen.fault}; {ADVICE}" if seen.fault else "")

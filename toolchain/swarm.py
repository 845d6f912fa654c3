"""A Swarm of one node, that more may join."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operation.containers import client, wait_for
from operation.failure import Failure
from operation.progress import Progress
from toolchain.part import HOST, Finding, missing

ADVERTISED = "127.0.0.1"
"""An address that no reboot and no new lease changes; nothing outside this host can reach the node by it."""
READY_SECONDS = 30.0


def verdict(name: str, swarm: Mapping[str, Any]) -> Finding:
    """What the engine's own words about its Swarm mean for the platform."""
    state = swarm.get("LocalNodeState", "")
    if state == "inactive":
        return missing(name, "not initialised yet; `./ops setup` does it")
    if state == "locked":
        return Finding(name, healthy=False, remedy="it is locked: `docker swarm unlock` with its key")
    if state == "error":
        return Finding(name, healthy=False, remedy=f"it reports: {swarm.get('Error') or 'an error'}")
    if state == "pending":
        return missing(name, "it is still starting; look again in a moment")
    if not swarm.get("ControlAvailable"):
        return Finding(
            name,
            healthy=False,
            remedy="this host is a worker of another Swarm: use its manager, or `docker swarm leave` here",
        )
    nodes = swarm.get("Nodes", 1)
    return Finding(name, healthy=True, origin=HOST, version=f"{nodes} node{'s' if nodes != 1 else ''}")


@dataclass(frozen=True)
class Swarm:
    """The Swarm that this host's engine manages.

    Attributes:
        connect: gives a client of the engine.
    """

    connect: Any = client
    name: str = "Swarm"

    def look(self) -> Finding:
        """Whether the engine is a manager."""
        try:
            engine = self.connect()
        except Failure:
            return missing(self.name, "needs Docker Engine first")
        return verdict(self.name, engine.info()["Swarm"])

    def provide(self, progress: Progress) -> None:
        """Initialises it where the engine is in none.

        Raises:
            Failure: when the engine is in one that is not ours to change.
        """
        engine = self.connect()
        swarm = engine.info()["Swarm"]
        finding = verdict(self.name, swarm)
        if not finding.healthy and not finding.due:
            raise Failure("the Swarm of this host cannot be used.", finding.remedy, "mend that first.")
        if swarm.get("LocalNodeState") == "inactive":
            progress.detail(f"docker swarm init --advertise-addr {ADVERTISED}")
            engine.swarm.init(advertise_addr=ADVERTISED, listen_addr=f"{ADVERTISED}:2377")
        wait_for(lambda: self.look().healthy, READY_SECONDS, "the Swarm's start")

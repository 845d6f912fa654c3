"""Which path of the platform leads to which service."""

from dataclasses import dataclass

from infra.parties import API, parties
from infra.settings import Settings

SPARE_SLOTS = 8
"""Server slots beyond the replicas: a start-first update has old and new ones at once."""


@dataclass(frozen=True)
class Route:
    """A service behind the load balancer.

    Attributes:
        role: the party; also the name that Docker's DNS answers with its replicas.
        path: it and all below leads there; empty for the service that gets everything else.
        socket: it speaks WebSocket: an answer is never asked for a second time.
        slots: replicas that are found at most.
    """

    role: str
    path: str = ""
    socket: bool = False
    slots: int = 1 + SPARE_SLOTS


TABLE = (
    Route(API.role),
    Route("realtime", "/ws", socket=True),
    Route("console", "/status"),
)
"""All that a stack can have; one whose party is absent is left out, and its path is the api's."""


def routes(settings: Settings) -> tuple[Route, ...]:
    """The services of one stack that the load balancer leads to."""
    present = {party.role for party in parties(settings)}.intersection(settings.talks.load_balancer)
    return tuple(
        Route(each.role, each.path, each.socket, _replicas(settings, each.role) + SPARE_SLOTS)
        for each in TABLE
        if each.role in present
    )


def _replicas(settings: Settings, role: str) -> int:
    return int(getattr(getattr(settings, role, None), "replicas", 1))

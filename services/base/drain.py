"""The end of a replica: it says that it is not ready before it stops listening."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Drain:
    """Whether this replica is on its way out; once begun it never ends.

    Attributes:
        begun: no longer ready, and every answer closes its connection.
        told: set in the loop when it has begun, for those who wait for it.
    """

    begun: bool = False
    told: asyncio.Event = field(default_factory=asyncio.Event)

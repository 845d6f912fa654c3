"""The end of a replica: it says that it is not ready before it stops listening."""

from dataclasses import dataclass


@dataclass
class Drain:
    """Whether this replica is on its way out; once begun it never ends.

    Attributes:
        begun: no longer ready, and every answer closes its connection.
    """

    begun: bool = False

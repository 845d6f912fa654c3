"""How much of a resource is read."""

from enum import IntEnum


class Depth(IntEnum):
    """How much of what Docker has is read."""

    WANTED = 0
    """What a program says; values that Docker put in by itself say nothing. This is what drift is seen in."""
    FILLED = 1
    """Docker's own values too: a resource that is imported."""
    ALL = 2
    """Defaults too: what a resource gives to other resources."""

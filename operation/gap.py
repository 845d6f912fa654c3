"""Steps of a deployment that clients notice: said before they happen, and how long it was afterwards."""

LOAD_BALANCER = "service-load-balancer"
NOTICED = frozenset({"update", "replace", "create-replacement"})
SENTENCE = (
    "the load balancer is replaced, since its image, its ports or its networks change. While one container "
    "ends and the next one starts, clients are not answered for some seconds. Other settings need no gap."
)
"""A port has one owner on one host."""


def announcement(name: str, operation: str) -> str:
    """What clients will notice of one step; empty when that is nothing.

    Args:
        name: Pulumi's name of the resource.
        operation: as Pulumi calls what it does to it.
    """
    return SENTENCE if name == LOAD_BALANCER and operation in NOTICED else ""


def measured(seconds: float | None) -> list[str]:
    """What a person is told of a gap that is over; nothing when there was none.

    Args:
        seconds: between the two answers that are furthest apart; None when nothing was measured.
    """
    return [] if seconds is None else [f"clients were not answered for {seconds:.1f} s."]

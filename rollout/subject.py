"""What can be rolled out: the services that hold no state, and how each is looked at from outside."""

from dataclasses import dataclass

from infra.parties import API, CONSOLE, PULSE, REALTIME, TRAINING, Party, services
from operation.failure import refusal
from operation.stack import Stack

ROLLED = (API, REALTIME, PULSE, TRAINING, CONSOLE)
"""Services with state change by `invoke up`: each stops before its successor starts."""


@dataclass(frozen=True)
class Chosen:
    """What a person chose.

    Attributes:
        parties: the services, in the order in which they change.
        image: a tag or digest that takes the place of a build; empty: build from this checkout.
    """

    parties: tuple[Party, ...]
    image: str = ""


def rolled(stack: Stack) -> tuple[Party, ...]:
    """The services of one stack that can be rolled out."""
    return tuple(party for party in services(stack.settings) if party in ROLLED)


def chosen(stack: Stack, service: str, image: str = "") -> Chosen:
    """The services that a person means; all when no name is given.

    Raises:
        Failure: for a name that is none of them, or an image without the service that it is for.
    """
    possible = rolled(stack)
    if not service and image:
        raise refusal("--image needs --service.", remedy="say which service the image is for.")
    parties = tuple(party for party in possible if service in {"", party.role})
    if not parties:
        names = ", ".join(party.role for party in possible)
        raise refusal(
            f"{service!r} is no service that can be rolled out in stack {stack.name}.",
            remedy=f"use one of: {names}. Services with state change by `invoke up`.",
        )
    return Chosen(parties, image)

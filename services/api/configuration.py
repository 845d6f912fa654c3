"""What the service is told by its surroundings."""

from collections.abc import Mapping
from dataclasses import dataclass

POOL_SIZE = "API_POOL_SIZE"
AUTHENTICATION = "API_AUTHENTICATION"
REQUIRED, OFF = "required", "off"
LARGEST_POOL = 100


@dataclass(frozen=True)
class Configuration:
    """How one replica runs; everything else is the same everywhere.

    Attributes:
        pool_size: database connections for requests; readiness has one more, of its own.
        authentication: whether clients need a token.
    """

    pool_size: int = 8
    authentication: bool = True


def from_environment(environment: Mapping[str, str]) -> Configuration:
    """Reads the configuration.

    Raises:
        ValueError: when the pool's size is no number from 1 to 100, or authentication is no word for it.
    """
    text = environment.get(POOL_SIZE, str(Configuration.pool_size))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_POOL):
        raise ValueError(f"{POOL_SIZE} must be a number from 1 to {LARGEST_POOL}, not {text!r}")
    word = environment.get(AUTHENTICATION, REQUIRED)
    if word not in {REQUIRED, OFF}:
        raise ValueError(f"{AUTHENTICATION} must be {REQUIRED} or {OFF}, not {word!r}")
    return Configuration(pool_size=int(text), authentication=word == REQUIRED)

"""What a worker is told by its surroundings."""

from collections.abc import Mapping
from dataclasses import dataclass

BATCH, TRIES, RETENTION = "PULSE_BATCH", "PULSE_TRIES", "PULSE_RETENTION_DAYS"
LARGEST = {BATCH: 1000, TRIES: 100, RETENTION: 3650}


@dataclass(frozen=True)
class Configuration:
    """How one worker runs; everything else is the same everywhere.

    Attributes:
        batch: pulses of one transaction at most.
        tries: how often the processing of one pulse may fail before it is a dead letter.
        retention_days: that results are kept, and their keys are known.
    """

    batch: int = 200
    tries: int = 5
    retention_days: int = 90


def from_environment(environment: Mapping[str, str]) -> Configuration:
    """Reads the configuration.

    Raises:
        ValueError: when a value is no number from 1 to its largest.
    """
    return Configuration(
        batch=_number(environment, BATCH, Configuration.batch),
        tries=_number(environment, TRIES, Configuration.tries),
        retention_days=_number(environment, RETENTION, Configuration.retention_days),
    )


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST[name]):
        raise ValueError(f"{name} must be a number from 1 to {LARGEST[name]}, not {text!r}")
    return int(text)

"""A part of the toolchain: it can be looked at, and provided when it is missing."""

from dataclasses import asdict, dataclass
from typing import Protocol

from operation.progress import Progress

OFFICIAL = "official"
HOST = "the host's"
BUILT = "built here"
STAND_IN = "stand-in"


@dataclass(frozen=True)
class Finding:
    """How a part was found.

    Attributes:
        part: its name.
        healthy: whether the platform can use it as it is.
        origin: official, the host's, built here or a stand-in; empty when it is missing.
        version: what it says of itself.
        remedy: what is wrong and what to do; empty when healthy.
        due: whether set-up should provide it, though it may be healthy: an official part may be had now.
    """

    part: str
    healthy: bool
    origin: str = ""
    version: str = ""
    remedy: str = ""
    due: bool = False

    def as_json(self) -> dict[str, object]:
        """For `./ops doctor --json`."""
        facts = asdict(self)
        del facts["due"]
        return facts


class Part(Protocol):
    """One thing that must be there; looking never changes anything."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    def look(self) -> Finding:
        """How it is now."""

    def provide(self, progress: Progress) -> None:
        """Makes it be there; may be interrupted anywhere and run again."""


def missing(part: str, remedy: str) -> Finding:
    """A part that is not there or does not work."""
    return Finding(part, healthy=False, remedy=remedy, due=True)

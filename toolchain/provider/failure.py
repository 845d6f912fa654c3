"""What the provider says when it cannot do what was asked."""

from dataclasses import dataclass

from toolchain.provider.property_value import Properties


@dataclass(frozen=True)
class Fault:
    """One input that is refused.

    Attributes:
        path: the property, as Pulumi spells it (`taskSpec.containerSpec.mounts[0].type`).
        reason: what is wrong, what it means and what to do.
    """

    path: str
    reason: str


class ProviderFailure(Exception):  # noqa: N818  # the house word for an error that a person reads
    """An operation that failed, in words for the person who started it."""


class Cancelled(ProviderFailure):
    """The engine asked to stop while the provider was waiting."""


class HalfDone(ProviderFailure):
    """An update that was applied and does not work: the engine keeps it as `initialization failed`.

    Attributes:
        outputs: the resource's properties as they were asked for; the next `up` tries them again.
    """

    def __init__(self, reason: str, outputs: Properties) -> None:
        super().__init__(reason)
        self.outputs = outputs

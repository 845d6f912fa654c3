"""What the provider says when it cannot do what was asked."""

from dataclasses import dataclass

from toolchain.provider.property_value import Value


@dataclass(frozen=True)
class Fault:
    """One input that is refused.

    Attributes:
        path: the property, as Pulumi spells it (`taskSpec.containerSpec.mounts[0].type`).
        reason: what is wrong, what it means and what to do.
        value: what was given, shown in front of the reason unless it is secret; None when it says nothing.
    """

    path: str
    reason: str
    value: Value = None

    def words(self, *, secret: bool) -> str:
        """The reason, with the value in front of it unless the value must not be shown."""
        if self.value is None:
            return self.reason
        return f"{'the secret value' if secret else repr(self.value)} {self.reason}"


class ProviderFailure(Exception):  # noqa: N818  # the house word for an error that a person reads
    """An operation that failed, in words for the person who started it."""


class Cancelled(ProviderFailure):
    """The engine asked to stop while the provider was waiting."""


class HalfDone(ProviderFailure):
    """An update that was applied and does not work.

    The engine keeps it as `initialization failed`, and the next `up` tries it again.
    """

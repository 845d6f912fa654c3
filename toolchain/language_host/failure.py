"""What the host says when it cannot do what the engine asks."""


class HostFailure(Exception):  # noqa: N818  # the house word for an error that a person reads
    """A request that cannot be met, in words for the person who started it."""

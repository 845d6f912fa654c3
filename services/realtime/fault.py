"""Something that is answered with an error frame; the connection stays."""

from pydantic import JsonValue

from services.realtime.server_messages import Code, Error


class Fault(Exception):  # noqa: N818  # the noun that the answer carries
    """A message that was refused, or could not be done.

    Attributes:
        code: for programs.
        reason: for people.
        name: the message's own id, where one is known.
        details: see `server_messages.Error`.
    """

    def __init__(
        self, code: Code, reason: str, name: str | None = None, details: dict[str, JsonValue] | None = None
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.name = name
        self.details = details or {}

    def answer(self, name: str | None = None) -> Error:
        """The frame; `name` is the id where the fault itself knows none."""
        return Error(id=self.name or name, code=self.code, reason=self.reason, details=self.details)

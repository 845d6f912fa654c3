"""What the server says, version 1."""

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

Code = Literal[
    "bad_json",
    "too_deep",
    "binary",
    "invalid",
    "unknown_type",
    "unauthenticated",
    "forbidden",
    "rate_limited",
    "too_many_channels",
    "gap",
    "unavailable",
    "full",
    "internal",
]


class Answer(BaseModel):
    """Any message of the server.

    Attributes:
        v: version of the protocol.
        id: of the client's message that this answers; absent where there was none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: Literal[1] = 1
    id: str | None = None

    def text(self) -> str:
        """JSON, in ASCII."""
        content = self.model_dump(exclude={"id"} if self.id is None else None)
        return json.dumps(content, separators=(",", ":"), allow_nan=False)


class Authenticated(Answer):
    """The client is known until the token expires (seconds since 1970); then comes 4401."""

    type: Literal["authenticated"] = "authenticated"
    subject: str
    expires: int


class Pong(Answer):
    """Here is somebody."""

    type: Literal["pong"] = "pong"


class Subscribed(Answer):
    """Every message after the position will come."""

    type: Literal["subscribed"] = "subscribed"
    channel: str
    position: str


class Unsubscribed(Answer):
    """No message of the channel comes after this."""

    type: Literal["unsubscribed"] = "unsubscribed"
    channel: str


class Published(Answer):
    """The message is kept, at this position of the channel."""

    type: Literal["published"] = "published"
    channel: str
    position: str


class Message(Answer):
    """A message of a channel; `by` is the publisher's subject, null when a service sent it."""

    type: Literal["message"] = "message"
    channel: str
    position: str
    by: str | None
    payload: JsonValue


class PulseAccepted(Answer):
    """The pulse is kept; a worker will take it. The outcome comes in channel `pulses`."""

    type: Literal["pulse_accepted"] = "pulse_accepted"
    key: str
    position: str


class Resumed(Answer):
    """All that was missed has been sent; every message after these positions will come."""

    type: Literal["resumed"] = "resumed"
    channels: dict[str, str]


class Error(Answer):
    """Something was refused or failed; the connection stays.

    Attributes:
        code: for programs.
        reason: for people; never repeats what was sent.
        details: by code: `channel`, `from` and `oldest` of a gap, `retry_after` in seconds.
    """

    type: Literal["error"] = "error"
    code: Code
    reason: str
    details: dict[str, JsonValue] = {}


class Bye(Answer):
    """The server is about to close with this code; the token resumes elsewhere."""

    type: Literal["bye"] = "bye"
    code: int
    reason: str
    resume: str


ANSWER: TypeAdapter[Answer] = TypeAdapter(
    Annotated[
        Authenticated
        | Pong
        | Subscribed
        | Unsubscribed
        | Published
        | Message
        | PulseAccepted
        | Resumed
        | Error
        | Bye,
        Field(discriminator="type"),
    ]
)

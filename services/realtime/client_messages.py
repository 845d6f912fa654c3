"""What a client says, version 1."""

import json
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, model_validator

from services.realtime.positions import LONGEST_TOKEN, position

CHANNELS = 50
"""Channels of one connection at most."""

NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""As JSON writes the character, not as it writes a backslash and the same letters."""


def _storable(payload: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """What PostgreSQL's jsonb, in which results are kept, does not take is refused here."""
    if NUL.search(json.dumps(payload)):
        raise ValueError("must not hold the character U+0000")
    try:
        json.dumps(payload, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("must not hold half of a surrogate pair") from None
    return payload


def _place(word: str) -> str:
    position(word)
    return word


Id = Annotated[str, Field(min_length=1, max_length=128)]
Channel = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._:-]{0,99}$")]
Place = Annotated[str, AfterValidator(_place)]
Places = Annotated[dict[Channel, Place], Field(min_length=1, max_length=CHANNELS)]
Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9._-]{0,63}$")]
Work = Annotated[dict[str, JsonValue], AfterValidator(_storable)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$")]


class Said(BaseModel):
    """Any message of a client.

    Attributes:
        v: version of the protocol.
        id: chosen by the client; the answer carries it.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    v: Literal[1]
    id: Id | None = None


class Auth(Said):
    """Who the client is; the first message where no header said it, later a fresh token for the old one."""

    type: Literal["auth"]
    token: Annotated[str, Field(min_length=1, max_length=4096)]


class Ping(Said):
    """Is there somebody?"""

    type: Literal["ping"]


class Subscribe(Said):
    """Every message of the channel from now on."""

    type: Literal["subscribe"]
    channel: Channel


class Unsubscribe(Said):
    """No more messages of the channel."""

    type: Literal["unsubscribe"]
    channel: Channel


class Publish(Said):
    """A message for everybody in the channel, the publisher included where it has subscribed."""

    type: Literal["publish"]
    channel: Channel
    payload: JsonValue


class Pulse(Said):
    """Work for the pulse workers; the same key has one effect, however often it is sent."""

    type: Literal["pulse"]
    kind: Kind
    payload: Work = {}
    key: Key | None = None


class Resume(Said):
    """Everything after these positions, and then every message; a token stands for the positions."""

    type: Literal["resume"]
    channels: Places | None = None
    token: Annotated[str, Field(min_length=1, max_length=LONGEST_TOKEN)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Resume":
        if (self.channels is None) == (self.token is None):
            raise ValueError("needs either channels or a token")
        return self


Message = Annotated[
    Auth | Ping | Subscribe | Unsubscribe | Publish | Pulse | Resume, Field(discriminator="type")
]
MESSAGE: TypeAdapter[Auth | Ping | Subscribe | Unsubscribe | Publish | Pulse | Resume] = TypeAdapter(Message)
PLACES: TypeAdapter[dict[str, str]] = TypeAdapter(Places)

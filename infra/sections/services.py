"""The services and the cache: how many, how much, and from which image."""

from typing import Annotated, Literal

from pydantic import Field

from infra.sections.section import Replicas, Section, Size

Image = Annotated[str, Field(pattern=r"^(|sha256:[0-9a-f]{64}|[^\s@]+@sha256:[0-9a-f]{64})$")]


class Api(Section):
    """The stateless HTTP service."""

    replicas: Replicas = Field(2, description="how many run at once")
    pool_size: int = Field(8, ge=1, le=100, description="database connections that one replica holds at most")
    authentication: Literal["required", "off"] = Field(
        "required", description="off lets everybody read and write who reaches the load balancer"
    )


class Cache(Section):
    """Redis 8: pub/sub between replicas, streams of pulses, and of messages to be asked for again."""

    max_memory: Size = Field("256MB", description="Redis refuses writes beyond this; it never drops a stream")
    fsync: Literal["always", "everysec"] = Field(
        "always", description="when an acknowledged write is on disk: at once, or within a second"
    )


class Realtime(Section):
    """The WebSocket channel."""

    enabled: bool = Field(True, description="whether the stack has it")
    replicas: Replicas = Field(2, description="how many run at once")
    max_connections: int = Field(3000, ge=10, le=9000, description="open connections of one replica")
    max_message: int = Field(16384, ge=1024, le=1048576, description="bytes of a client's message")
    messages_per_second: int = Field(50, ge=1, le=10000, description="of one connection, on average")
    send_buffer: int = Field(262144, ge=65536, le=16777216, description="bytes that wait for a slow client")
    retention_messages: int = Field(2000, ge=1, le=1000000, description="that a channel keeps")
    retention_seconds: int = Field(3600, ge=1, le=604800, description="for which a channel keeps a message")
    drain_seconds: int = Field(8, ge=1, le=12, description="over which a replica's clients move to others")


class Pulse(Section):
    """The workers that process pulses."""

    enabled: bool = Field(True, description="whether the stack has them")
    replicas: Replicas = Field(2, description="how many run at once")
    batch: int = Field(200, ge=1, le=1000, description="pulses of one transaction at most")
    tries: int = Field(5, ge=1, le=100, description="failures after which a pulse is a dead letter")
    retention_days: int = Field(90, ge=1, le=3650, description="days that results are kept")


class Training(Section):
    """Graph training, one job at a time."""

    enabled: bool = Field(False, description="whether the stack has it; its image has PyTorch: 1.6 GB")
    replicas: Replicas = Field(1, description="how many jobs are trained at once")
    bucket: str = Field("bem-models", pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")


class Images(Section):
    """Images that serve in place of a build from this checkout. `invoke deploy` writes them."""

    api: Image = Field("", description="image of the api; empty: built from this checkout")
    realtime: Image = Field("", description="image of the WebSocket channel; empty: built from this checkout")
    training: Image = Field("", description="image of the trainers; empty: built from this checkout")
    pulse: Image = Field("", description="image of the pulse workers; empty: built from this checkout")
    console: Image = Field("", description="image of the status page; empty: built from this checkout")

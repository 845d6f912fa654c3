"""Who may talk to whom."""

from typing import Annotated

from pydantic import AfterValidator, Field

from infra.parties import ROLES
from infra.sections.section import Section


def _known(role: str) -> str:
    if role not in ROLES:
        message = f"there is no party {role!r}; known: {', '.join(ROLES)}"
        raise ValueError(message)
    return role


Servers = tuple[Annotated[str, AfterValidator(_known)], ...]


class Talks(Section):
    """Who may open connections to whom, by role. Each pair gets a network; there is no other way."""

    load_balancer: Servers = Field(("api", "realtime", "console"), description="servers of the load balancer")
    api: Servers = Field(("database", "cache"), description="servers of the api")
    realtime: Servers = Field(("cache",), description="servers of the WebSocket channel")
    pulse: Servers = Field(("database", "cache"), description="servers of the pulse workers")
    training: Servers = Field(("database", "cache", "object-store"), description="servers of training jobs")
    migrations: Servers = Field(("database",), description="servers of the schema's migrations")
    database: Servers = Field(("object-store",), description="servers of the database")
    prometheus: Servers = Field(
        (
            "load-balancer",
            "api",
            "realtime",
            "pulse",
            "console",
            "alertmanager",
            "database-exporter",
            "cache-exporter",
            "node-exporter",
            "blackbox-exporter",
        ),
        description="whom Prometheus reads, and whom it tells of alerts",
    )
    console: Servers = Field(("prometheus",), description="servers of the status page")
    database_exporter: Servers = Field(("database",), description="servers of the database's exporter")
    cache_exporter: Servers = Field(("cache",), description="servers of Redis' exporter")
    blackbox_exporter: Servers = Field(
        ("load-balancer", "cache", "object-store"), description="who is asked as a client would ask"
    )
    wal_receiver: Servers = Field(("database",), description="servers of the WAL receiver")

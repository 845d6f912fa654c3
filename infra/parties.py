"""The parties of a stack: every service that holds a certificate, under which uid, and who it says it is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.settings import Settings


@dataclass(frozen=True)
class Party:
    """A service as the others see it.

    Attributes:
        role: name in networks, in labels and in the certificate.
        uid: pinned in its image; packages' own uids differ between images.
        common_name: the role in PostgreSQL for a client of it, else the party's name.
        server: answers TLS connections.
        client: opens TLS connections with its certificate.
        job: runs to its end now and then; the others are services.
    """

    role: str
    uid: int
    common_name: str
    server: bool
    client: bool
    job: bool = False

    @property
    def user(self) -> str:
        """`uid:gid`, as Docker takes it."""
        return f"{self.uid}:{self.uid}"


DATABASE = Party("database", 6001, "database", server=True, client=True)
LOAD_BALANCER = Party("load-balancer", 6002, "load-balancer", server=True, client=True)
OBJECT_STORE = Party("object-store", 6003, "object-store", server=True, client=False)
API = Party("api", 6004, "bem_api", server=True, client=True)
CACHE = Party("cache", 6005, "cache", server=True, client=True)
REALTIME = Party("realtime", 6006, "realtime", server=True, client=True)
PULSE = Party("pulse", 6007, "bem_pulse", server=True, client=True)
TRAINING = Party("training", 6008, "bem_training", server=True, client=True)
MIGRATIONS = Party("migrations", 6009, "bem_owner", server=False, client=True, job=True)
PROMETHEUS = Party("prometheus", 6010, "prometheus", server=True, client=True)
ALERTMANAGER = Party("alertmanager", 6011, "alertmanager", server=True, client=True)
DATABASE_EXPORTER = Party("database-exporter", 6012, "bem_exporter", server=True, client=True)
CACHE_EXPORTER = Party("cache-exporter", 6013, "cache-exporter", server=True, client=True)
NODE_EXPORTER = Party("node-exporter", 6014, "node-exporter", server=True, client=True)
BLACKBOX_EXPORTER = Party("blackbox-exporter", 6015, "blackbox-exporter", server=True, client=True)
CONSOLE = Party("console", 6016, "console", server=True, client=True)
WAL_RECEIVER = Party("wal-receiver", DATABASE.uid, "bem_receiver", server=False, client=True)
"""Under the database's uid: a restore reads what it has written, and runs as the database."""

MONITORS = (
    PROMETHEUS,
    ALERTMANAGER,
    DATABASE_EXPORTER,
    CACHE_EXPORTER,
    NODE_EXPORTER,
    BLACKBOX_EXPORTER,
)
"""Those that look at the others; there where the stack is monitored."""

PARTIES = (
    DATABASE,
    LOAD_BALANCER,
    OBJECT_STORE,
    API,
    CACHE,
    REALTIME,
    PULSE,
    TRAINING,
    MIGRATIONS,
    *MONITORS,
    CONSOLE,
    WAL_RECEIVER,
)
"""All that a stack can have, in the order in which a person is shown them."""

ROLES = tuple(party.role for party in PARTIES)


def parties(settings: "Settings") -> tuple[Party, ...]:
    """The parties of one stack: those that its file switches off are not there."""
    absent = {role for role in ("realtime", "pulse", "training") if not getattr(settings, role).enabled}
    if absent == {"realtime", "pulse", "training"}:
        absent |= {CACHE.role, CACHE_EXPORTER.role}
    if settings.object_store.outside and not settings.training.enabled:
        absent.add(OBJECT_STORE.role)
    if not settings.database.wal_receiver.enabled:
        absent.add(WAL_RECEIVER.role)
    if not settings.monitoring.enabled:
        absent |= {party.role for party in (*MONITORS, CONSOLE)}
    return tuple(party for party in PARTIES if party.role not in absent)


def services(settings: "Settings") -> tuple[Party, ...]:
    """The parties of one stack that run all the time."""
    return tuple(party for party in parties(settings) if not party.job)


def pairs(settings: "Settings") -> tuple[tuple[str, str], ...]:
    """Client and server of every permitted pair whose both ends are there, in a fixed order."""
    present = {party.role for party in parties(settings)}
    talks = {name.replace("_", "-"): servers for name, servers in settings.talks}
    wanted = {(client, server) for client, servers in talks.items() for server in servers}
    return tuple(sorted(pair for pair in wanted if present.issuperset(pair)))

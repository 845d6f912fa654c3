"""What each of the monitoring parties runs: a program, its arguments, and how its health is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.parties import (
    ALERTMANAGER,
    BLACKBOX_EXPORTER,
    CACHE_EXPORTER,
    DATABASE_EXPORTER,
    NODE_EXPORTER,
    PROMETHEUS,
    Party,
)
from infra.places import PASSWORD_FILE
from infra.sections.monitoring import Monitoring

CERTIFICATES = "/certs/current"
WEB = "/etc/monitoring/web.yml"
PROMETHEUS_FILE = "/etc/prometheus/prometheus.yml"
ALERTMANAGER_FILE = "/etc/alertmanager/alertmanager.yml"
CACHE_ADDRESS = "rediss://cache:6379"
STREAMS = "pulses,pulses:dead"
DATABASE = (
    "host=database port=5432 dbname=postgres user=bem_exporter application_name=database-exporter"
    f" connect_timeout=3 sslmode=verify-full sslrootcert={CERTIFICATES}/ca.pem"
    f" sslcert={CERTIFICATES}/cert.pem sslkey={CERTIFICATES}/key.pem"
)


@dataclass(frozen=True)
class Monitor:
    """One of the monitoring parties.

    Attributes:
        party: role and uid.
        port: of its TLS listener.
        ready: the path that is asked for its health.
        command: program and arguments.
        env: variables.
    """

    party: Party
    port: int
    ready: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def monitors(settings: Monitoring) -> tuple[Monitor, ...]:
    """All of them, as the stack's file wants them."""
    return (
        Monitor(PROMETHEUS, 9090, "/-/ready", _prometheus(settings), {"GOMEMLIMIT": "512MiB"}),
        Monitor(ALERTMANAGER, 9093, "/-/ready", _alertmanager()),
        Monitor(DATABASE_EXPORTER, 9187, "/", _database(), {"DATA_SOURCE_NAME": DATABASE}),
        Monitor(CACHE_EXPORTER, 9121, "/health", _cache()),
        Monitor(NODE_EXPORTER, 9100, "/", _node()),
        Monitor(BLACKBOX_EXPORTER, 9115, "/-/healthy", _blackbox()),
    )


def _prometheus(settings: Monitoring) -> tuple[str, ...]:
    return (
        "prometheus",
        f"--config.file={PROMETHEUS_FILE}",
        f"--web.config.file={WEB}",
        "--web.external-url=https://prometheus:9090",
        "--storage.tsdb.path=/data/prometheus",
        f"--storage.tsdb.retention.time={settings.retention_days}d",
        f"--storage.tsdb.retention.size={settings.retention_size}",
        "--query.timeout=10s",
        "--log.level=warn",
    )


def _alertmanager() -> tuple[str, ...]:
    """One alone: without a cluster it listens on nothing but its TLS port."""
    return (
        "prometheus-alertmanager",
        f"--config.file={ALERTMANAGER_FILE}",
        f"--web.config.file={WEB}",
        "--web.external-url=https://alertmanager:9093",
        "--storage.path=/data/alertmanager",
        "--cluster.listen-address=",
        "--log.level=warn",
    )


def _database() -> tuple[str, ...]:
    return (
        "prometheus-postgres-exporter",
        f"--web.config.file={WEB}",
        "--extend.query-path=/etc/monitoring/queries.yml",
        "--no-collector.statio_user_tables",
        "--no-collector.stat_user_tables",
        "--log.level=warn",
    )


def _cache() -> tuple[str, ...]:
    """It has no file for its door; the same by flags."""
    return (
        "prometheus-redis-exporter",
        f"-redis.addr={CACHE_ADDRESS}",
        f"-redis.user={CACHE_EXPORTER.role}",
        f"-redis.password-file={PASSWORD_FILE}",
        "-config-command=-",
        "-connection-timeout=2s",  # below the scrape's, so that a lost Redis is told of, not a lost exporter
        f"-check-single-streams={STREAMS}",
        "-streams-exclude-consumer-metrics",
        "-exclude-latency-histogram-metrics",
        f"-tls-ca-cert-file={CERTIFICATES}/ca.pem",
        f"-tls-client-cert-file={CERTIFICATES}/cert.pem",
        f"-tls-client-key-file={CERTIFICATES}/key.pem",
        f"-tls-server-ca-cert-file={CERTIFICATES}/ca.pem",
        f"-tls-server-cert-file={CERTIFICATES}/cert.pem",
        f"-tls-server-key-file={CERTIFICATES}/key.pem",
        "-tls-server-min-version=TLS1.3",
    )


def _node() -> tuple[str, ...]:
    """Mounts nothing of the host.

    Memory and processors are the host's in every /proc, and the container's root lies on the disk of Docker's
    volumes.
    """
    collectors = ("cpu", "diskstats", "filesystem", "loadavg", "meminfo", "stat", "time", "vmstat")
    return (
        "prometheus-node-exporter",
        f"--web.config.file={WEB}",
        "--collector.disable-defaults",
        *(f"--collector.{each}" for each in collectors),
        "--collector.filesystem.mount-points-include=^/$",
        "--collector.filesystem.fs-types-exclude=^$",
        "--log.level=warn",
    )


def _blackbox() -> tuple[str, ...]:
    return (
        "prometheus-blackbox-exporter",
        f"--web.config.file={WEB}",
        "--config.file=/etc/monitoring/blackbox.yml",
        "--log.level=warn",
    )

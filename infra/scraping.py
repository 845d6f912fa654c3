"""Prometheus' configuration: whom it reads, found by DNS, over mutual TLS with its own pair."""

from typing import Any

from infra.monitors import CERTIFICATES, monitors
from infra.parties import ALERTMANAGER, BLACKBOX_EXPORTER, LOAD_BALANCER, MONITORS, PROMETHEUS, pairs
from infra.settings import Settings

SERVICE_PORT = 8443
"""Where every service of BEM answers."""

LOAD_BALANCER_PORT = 8405
"""HAProxy's own exporter, with mutual TLS."""

SERIES_LIMIT = 10_000
"""Series of one target; more are a fault of its labels, and would take Prometheus' memory."""

PROBE = "probe"
PUBLIC = "public"
"""The load balancer once more, by its public name: the handshake tells whose certificate strangers see."""
KINDS = {"monitor": {party.role for party in MONITORS}}

Mapping = dict[str, Any]


def scraping(settings: Settings) -> Mapping:
    """The whole file."""
    return {
        "global": {
            "scrape_interval": f"{settings.monitoring.scrape_seconds}s",
            "scrape_timeout": f"{min(settings.monitoring.scrape_seconds, 10)}s",
            "evaluation_interval": f"{settings.monitoring.scrape_seconds}s",
            "sample_limit": SERIES_LIMIT,
        },
        "rule_files": ["/etc/prometheus/rules/*.yml"],
        "alerting": {"alertmanagers": [_alertmanager()]},
        "scrape_configs": [*(_job(settings, role) for role in targets(settings)), _probes(settings)],
    }


def targets(settings: Settings) -> tuple[str, ...]:
    """The roles that are read: those that Prometheus may talk to, and itself."""
    return (*(server for client, server in pairs(settings) if client == PROMETHEUS.role), PROMETHEUS.role)


def port(settings: Settings, role: str) -> int:
    """Where a role gives its figures."""
    ports = {each.party.role: each.port for each in monitors(settings.monitoring)}
    return {**ports, "load-balancer": LOAD_BALANCER_PORT}.get(role, SERVICE_PORT)


def kind(role: str) -> str:
    """`monitor` for those that look at others, else `service`."""
    return "monitor" if role in KINDS["monitor"] else "service"


def _job(settings: Settings, role: str) -> Mapping:
    found = {
        "names": [role],
        "type": "A",
        "port": port(settings, role),
        "refresh_interval": f"{settings.monitoring.scrape_seconds}s",
    }
    return {
        "job_name": role,
        "scheme": "https",
        "tls_config": tls(role),
        "dns_sd_configs": [found],
        "relabel_configs": [{"target_label": "kind", "replacement": kind(role)}],
        "metric_relabel_configs": [
            {"source_labels": ["proxy"], "regex": "(api|realtime|console)", "target_label": "service"}
        ],
    }


def _probes(settings: Settings) -> Mapping:
    """Questions that the black-box exporter asks in Prometheus' place."""
    asked = [server for client, server in pairs(settings) if client == BLACKBOX_EXPORTER.role]
    front = f"https://load-balancer:{settings.load_balancer.https_port}/readyz"
    addresses = {
        "load-balancer": front,
        "cache": "cache:6379",
        "object-store": "object-store:8333",
        PUBLIC: front,
    }
    names: dict[str, dict[str, str]] = {}
    if settings.certificates.foreign and LOAD_BALANCER.role in asked:
        asked.append(PUBLIC)
        names[PUBLIC] = {"__param_hostname": settings.certificates.public_names[0].replace("*", "any", 1)}
    return {
        "job_name": PROBE,
        "scheme": "https",
        "metrics_path": "/probe",
        "tls_config": tls(BLACKBOX_EXPORTER.role),
        "static_configs": [
            {
                "targets": [f"{BLACKBOX_EXPORTER.role}:{port(settings, BLACKBOX_EXPORTER.role)}"],
                "labels": {"__param_module": role, "__param_target": addresses[role], "instance": role}
                | names.get(role, {}),
            }
            for role in asked
        ],
    }


def _alertmanager() -> Mapping:
    return {
        "scheme": "https",
        "tls_config": tls(ALERTMANAGER.role),
        "static_configs": [{"targets": [f"{ALERTMANAGER.role}:9093"]}],
    }


def tls(server: str) -> dict[str, str]:
    """Prometheus' own pair, the stack's CA, and the name that the other has to show."""
    return {
        "ca_file": f"{CERTIFICATES}/ca.pem",
        "cert_file": f"{CERTIFICATES}/cert.pem",
        "key_file": f"{CERTIFICATES}/key.pem",
        "server_name": server,
        "min_version": "TLS13",
    }

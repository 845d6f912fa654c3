"""The rules of infra/images/monitoring/rules as a stack runs them, and the figures they compare with."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from infra.parties import services
from infra.scraping import kind, targets
from infra.sections.monitoring import Monitoring
from infra.settings import Settings

FOLDER = "infra/images/monitoring/rules"
OBJECTIVES = {"availability": 0.999, "latency": 0.99}
"""Share of requests over 30 days: answered without an error of ours; answered within 0.3 s."""

OBSERVE_SECONDS, MOST_OFTEN = 20.0, 5.0
"""Pause between two looks at the repositories; a look costs about a third of a second of one core."""

ON_THE_WAY = 15
"""Seconds for which a segment may be between the database and a repository."""

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"([0-9]+)([smhd])")


def rule_files(root: Path, settings: Settings) -> dict[str, str]:
    """Every file of rules by its name, as YAML."""
    patience = settings.monitoring.patience
    files = {path.name: _patient(path, patience) for path in sorted((root / FOLDER).glob("*.yml"))}
    return files | {"wanted.yml": yaml.safe_dump(wanted(settings), sort_keys=False)}


def wanted(settings: Settings) -> dict[str, Any]:
    """The figures of the stack's file that rules compare with, as series `bem:wanted:…`."""
    observe = observe_seconds(settings.monitoring)
    singles = {
        "certificate_life_seconds": settings.certificates.leaf_days * UNITS["d"],
        "revocation_list_life_seconds": settings.certificates.crl_days * UNITS["d"],
        "public_certificate_left_seconds": UNITS["d"] * (14 if settings.certificates.imported else 1),
        "observe_seconds": observe,
        "restore_point_seconds": settings.database.archive_timeout + 2 * observe + ON_THE_WAY,
        "proof_seconds": settings.backups.proof_hours * UNITS["h"],
        "zero_loss": int(settings.database.wal_receiver.enabled),
    }
    rules = [_constant(name, value) for name, value in singles.items()]
    rules += [_constant("error_budget", round(1 - share, 6), slo=slo) for slo, share in OBJECTIVES.items()]
    rules += [_constant("replicas", count, job=role, kind=kind(role)) for role, count in _replicas(settings)]
    return {"groups": [{"name": "wanted", "rules": rules}]}


def observe_seconds(settings: Monitoring) -> float:
    """How often the database's container looks into the repositories."""
    return max(MOST_OFTEN, OBSERVE_SECONDS * settings.patience)


def scaled(duration: str, patience: float) -> str:
    """A waiting time of Prometheus or Alertmanager, made shorter or longer."""
    seconds = sum(int(number) * UNITS[unit] for number, unit in DURATION.findall(duration))
    return f"{max(1, round(seconds * 1000 * patience))}ms"


def _patient(path: Path, patience: float) -> str:
    content = yaml.safe_load(path.read_text())
    for rule in (rule for group in content["groups"] for rule in group["rules"]):
        if "for" in rule:
            rule["for"] = scaled(rule["for"], patience)
    return yaml.safe_dump(content, sort_keys=False, width=1000)


def _replicas(settings: Settings) -> Iterator[tuple[str, int]]:
    running = {party.role for party in services(settings)}
    for role in targets(settings):
        if role in running:
            yield role, getattr(getattr(settings, role.replace("-", "_"), None), "replicas", 1)


def _constant(name: str, value: float, **labels: str) -> dict[str, Any]:
    return {"record": f"bem:wanted:{name}", "expr": f"vector({value})", "labels": labels}

"""Alerts that fire now, as Prometheus in its own container says."""

import json
from dataclasses import dataclass

from infra.parties import PROMETHEUS
from operation.containers import container, execute, required
from operation.stack import Stack

ADDRESS = "https://prometheus:9090/api/v1/alerts"
PAIR = "/certs/current"
ASK = (
    *("curl", "--silent", "--show-error", "--fail", "--max-time", "5", "--noproxy", "*"),
    *("--cacert", f"{PAIR}/ca.pem", "--cert", f"{PAIR}/cert.pem", "--key", f"{PAIR}/key.pem"),
    ADDRESS,
)
ORDER = ("critical", "warning", "info")


@dataclass(frozen=True)
class Alert:
    """One that fires.

    Attributes:
        name: of the rule.
        severity: critical, warning or info.
        summary: what happened.
        description: what to do.
        where: more of that, in a document of this checkout.
        since: ISO 8601.
    """

    name: str
    severity: str
    summary: str
    description: str
    where: str
    since: str

    @property
    def line(self) -> str:
        """For a person."""
        return f"alert {self.name}: {self.summary}: {self.where}"


def firing(stack: Stack) -> list[Alert]:
    """Asks; the worst first.

    Raises:
        Failure: when Prometheus does not run or does not answer.
    """
    output = execute(container(stack, PROMETHEUS.role), ASK)
    return parsed(required(output, "asking Prometheus for its alerts", "`invoke logs prometheus`."))


def parsed(words: str) -> list[Alert]:
    """Reads Prometheus' answer; what is pending does not fire yet, and the watchdog always does."""
    found = [
        Alert(
            name=each["labels"]["alertname"],
            severity=each["labels"]["severity"],
            summary=each["annotations"]["summary"],
            description=each["annotations"]["description"],
            where=each["annotations"]["runbook_url"],
            since=each["activeAt"][:19] + "Z",
        )
        for each in json.loads(words)["data"]["alerts"]
        if each["state"] == "firing" and each["labels"]["severity"] in ORDER
    ]
    return sorted(found, key=lambda each: (ORDER.index(each.severity), each.since))

"""Prometheus, Alertmanager and the exporters: six services of one image, each its own party."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker
import yaml

from infra import alerting
from infra.alert_rules import rule_files
from infra.cache import password
from infra.health import Health
from infra.images import ImageArgs, built
from infra.monitors import ALERTMANAGER_FILE, CACHE_ADDRESS, PROMETHEUS_FILE, Monitor, monitors
from infra.network import Networks
from infra.parties import ALERTMANAGER, CACHE_EXPORTER, PROMETHEUS, parties
from infra.places import PASSWORD_FILE
from infra.scraping import scraping
from infra.storage import Volumes
from infra.swarm_service import SwarmServiceArgs, swarm_service
from infra.templates import config, secret
from operation import custodian
from operation.failure import Failure
from operation.stack import Stack

IMAGE = ImageArgs("monitoring")
MEBIBYTE = 1024 * 1024
SMTP_PASSWORD = "smtp-password"  # noqa: S105  # a file's name
WEBHOOK_TOKEN = "webhook-token"  # noqa: S105


@dataclass(frozen=True)
class MonitoringArgs:
    """What the monitoring parties need: nothing of the platform has to run before them."""

    networks: Networks
    volumes: Volumes
    certificates: Mapping[str, pulumi.Resource]


class Monitoring(pulumi.ComponentResource):
    """All that looks at the others. Refuses a mail user whose password is not in the stack's secrets."""

    def __init__(
        self, stack: Stack, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("bem:infra:Monitoring", "monitoring", None, opts)
        image = built(stack, IMAGE, pulumi.ResourceOptions(parent=self))
        present = parties(stack.settings)
        for each in monitors(stack.settings.monitoring):
            if each.party in present:
                self._service(stack, args, each, image)
        self.register_outputs({})

    def _service(
        self, stack: Stack, args: MonitoringArgs, monitor: Monitor, image: pulumi.Output[str]
    ) -> None:
        role = monitor.party.role
        kept = (
            {f"/data/{role}": (args.volumes.monitors[role], False)} if role in args.volumes.monitors else {}
        )
        swarm_service(
            stack,
            SwarmServiceArgs(
                party=monitor.party,
                image=image,
                networks=args.networks.of(role),
                stateful=bool(kept),
                args=monitor.command,
                env={**monitor.env, "HEALTH": f"{monitor.port}{monitor.ready}"},
                volumes={"/certs": (args.volumes.certificates[role], True), **kept},
                tmpfs={"/tmp": 16 * MEBIBYTE},  # noqa: S108
                configs=_configs(stack, role, self),
                secrets=_secrets(stack, role, self),
                health=Health(pause=15),
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[args.certificates[role]]),
        )


def _configs(stack: Stack, role: str, parent: pulumi.Resource) -> dict[str, docker.ServiceConfig]:
    settings = stack.settings
    contents: dict[str, str] = {}
    if role == PROMETHEUS.role:
        contents[PROMETHEUS_FILE] = yaml.safe_dump(scraping(settings), sort_keys=False)
        for name, content in rule_files(stack.root, settings).items():
            contents[f"/etc/prometheus/rules/{name}"] = content
    if role == ALERTMANAGER.role:
        file = alerting.alerting(settings.monitoring, token=bool(given(stack, WEBHOOK_TOKEN)))
        contents[ALERTMANAGER_FILE] = yaml.safe_dump(file, sort_keys=False)
    return {
        path: config(stack, path.rsplit("/", 1)[1], content, parent) for path, content in contents.items()
    }


def _secrets(stack: Stack, role: str, parent: pulumi.Resource) -> dict[str, docker.Secret]:
    contents: dict[str, tuple[str, str]] = {}
    if role == CACHE_EXPORTER.role:
        contents[PASSWORD_FILE] = f"cache-password-{role}", cache_passwords(password(stack, role))
    if role == ALERTMANAGER.role:
        if stack.settings.monitoring.smtp_user:
            contents[alerting.PASSWORD_FILE] = SMTP_PASSWORD, _needed(stack, SMTP_PASSWORD)
        if given(stack, WEBHOOK_TOKEN):
            contents[alerting.TOKEN_FILE] = WEBHOOK_TOKEN, given(stack, WEBHOOK_TOKEN)
    return {path: secret(stack, name, content, parent) for path, (name, content) in contents.items()}


def cache_passwords(word: str) -> str:
    """The file of passwords as Redis' exporter reads it: by address, with and without the user."""
    scheme, _, host = CACHE_ADDRESS.partition("://")
    return json.dumps({CACHE_ADDRESS: word, f"{scheme}://{CACHE_EXPORTER.role}@{host}": word})


def given(stack: Stack, name: str) -> str:
    """A secret that only a person can know; empty where none was laid there."""
    path = custodian.secret_path(stack, name)
    return path.read_text().strip() if path.exists() else ""


def _needed(stack: Stack, name: str) -> str:
    found = given(stack, name)
    if not found:
        raise Failure(
            f"bem:monitoring.smtp_user is set, but {custodian.secret_path(stack, name)} is not there.",
            "nothing was changed.",
            "write the password into that file, mode 0600, then `invoke up` again.",
        )
    return found

"""Who is told of what."""

from typing import Any

import pytest

from infra.alert_rules import rule_files
from infra.alerting import FOLLOWS, alerting
from infra.parties import MONITORS, pairs, parties
from infra.scraping import scraping
from infra.settings import Settings, settings_from
from operation.failure import Failure
from operation.stack import ROOT

MAIL = {"email_to": "a@example.org", "email_from": "b@example.org", "smtp_host": "mail.example.org:587"}


def monitored(**keys: Any) -> Settings:
    """A monitored stack's settings."""
    return settings_from({"bem:monitoring": {"enabled": True, **keys}}, "test")


def receivers(settings: Settings, *, token: bool = False) -> dict[str, Any]:
    """Receivers by name."""
    return {each["name"]: each for each in alerting(settings.monitoring, token=token)["receivers"]}


def test_nobody_is_told_where_the_file_names_nobody() -> None:
    """Alerts are still shown by `invoke status`."""
    found = receivers(monitored())
    assert (found["people"]["webhook_configs"], found["people"]["email_configs"]) == ([], [])


def test_webhook_and_mail_come_from_the_file() -> None:
    """Passwords and tokens only as the names of their files."""
    settings = monitored(webhook_url="https://hook.example.org/x", smtp_user="bem", **MAIL)
    people = receivers(settings, token=True)["people"]
    assert people["webhook_configs"][0]["url"] == "https://hook.example.org/x"
    assert people["webhook_configs"][0]["http_config"]["authorization"]["credentials_file"]
    mail = people["email_configs"][0]
    assert (mail["to"], mail["smarthost"], mail["require_tls"]) == (MAIL["email_to"], MAIL["smtp_host"], True)
    assert mail["auth_password_file"].startswith("/run/secrets/")


def test_mail_without_a_server_is_refused() -> None:
    """Before anything is deployed."""
    with pytest.raises(Failure, match="email_to needs email_from and smtp_host"):
        monitored(email_to="a@example.org")


def test_what_follows_is_an_alert() -> None:
    """Each cause that holds others back exists."""
    rules = "\n".join(rule_files(ROOT, monitored()).values())
    assert [cause for cause, _, _ in FOLLOWS if f"alert: {cause}\n" not in rules] == []


def test_without_monitoring_nothing_of_it_is_there() -> None:
    """No party, no pair, so no network either."""
    settings = settings_from({}, "test")
    assert not set(MONITORS) & set(parties(settings))
    roles = {party.role for party in MONITORS}
    assert not [pair for pair in pairs(settings) if roles.intersection(pair)]


def test_every_target_is_read_over_mutual_tls() -> None:
    """Under its own name, with Prometheus' own pair."""
    jobs = {each["job_name"]: each for each in scraping(monitored())["scrape_configs"]}
    assert {"api", "realtime", "pulse", "load-balancer", "alertmanager", "prometheus", "probe"} <= set(jobs)
    for name, job in jobs.items():
        assert job["scheme"] == "https"
        assert job["tls_config"]["server_name"] == ("blackbox-exporter" if name == "probe" else name)
        assert job["tls_config"]["key_file"] == "/certs/current/key.pem"

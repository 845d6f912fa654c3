"""Alerts as a person gets them: what is said, how soon, and where more is to be read."""

import re
from typing import Any

import pytest
import yaml

from infra.alert_rules import rule_files, scaled, wanted
from infra.settings import Settings, settings_from
from operation.stack import ROOT

SEVERITIES = {"critical", "warning", "info", "none"}


def monitored(**sections: Any) -> Settings:
    """A monitored stack's settings."""
    given = {f"bem:{name}": section for name, section in sections.items()}
    return settings_from({"bem:monitoring": {"enabled": True}, **given}, "test")


def alerts(settings: Settings) -> list[dict[str, Any]]:
    """Every alert of that stack."""
    files = rule_files(ROOT, settings).values()
    groups = [group for file in files for group in yaml.safe_load(file)["groups"]]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def anchors(path: str) -> set[str]:
    """Where links into a document can point to."""
    headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("rule", alerts(monitored()), ids=lambda rule: str(rule["alert"]))
def test_each_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    """Severity, what happened, what to do, and a section that is there and names the alert."""
    assert rule["labels"]["severity"] in SEVERITIES
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    path, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    assert anchor in anchors(path)
    assert rule["alert"] in (ROOT / path).read_text()


def test_no_section_without_its_alert() -> None:
    """What the document names is an alert, so none is left behind when one goes."""
    names = {rule["alert"] for rule in alerts(monitored())}
    text = (ROOT / "docs" / "alerts.md").read_text()
    said = {
        word
        for line in re.findall(r"^\*([A-Z][^*]+)\*", text, re.MULTILINE)
        for word in re.findall(r"[A-Z]\w+", line)
    }
    assert said == names
    assert "NoSuchAlert" not in names


def test_patience_scales_what_alerts_wait_for() -> None:
    """All of it, and nothing else."""
    slow = {rule["alert"]: rule for rule in alerts(monitored())}
    fast = {rule["alert"]: rule for rule in alerts(monitored(monitoring={"enabled": True, "patience": 0.1}))}
    assert (slow["ServiceDown"]["for"], fast["ServiceDown"]["for"]) == ("60000ms", "6000ms")
    assert {name: {**rule, "for": ""} for name, rule in slow.items()} == {
        name: {**rule, "for": ""} for name, rule in fast.items()
    }


@pytest.mark.parametrize(
    ("given", "expected"), [("1m", "60000ms"), ("1h30m", "5400000ms"), ("26h", "93600000ms")]
)
def test_durations_are_read(given: str, expected: str) -> None:
    """As Prometheus writes them."""
    assert scaled(given, 1) == expected


def test_wants_follow_the_stack() -> None:
    """Replicas of what is there, and nothing of what is switched off."""
    rules = wanted(monitored(api={"replicas": 3}, realtime={"enabled": False}))["groups"][0]["rules"]
    replicas = {
        each["labels"]["job"]: each["expr"] for each in rules if each["record"] == "bem:wanted:replicas"
    }
    assert replicas["api"] == "vector(3)"
    assert "realtime" not in replicas

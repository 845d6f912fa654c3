"""Each alert fires when it should, and only then: promtool evaluates the very files that a stack gets."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from infra.alert_rules import rule_files
from infra.scraping import scraping
from operation.stack import ROOT
from tests.images.monitoring.cases import CASES
from tests.images.monitoring.promtool import promtool, settings, write

ALWAYS = {"Watchdog"}
"""Fires in every world."""


def alerts() -> set[str]:
    """Names of all alerts."""
    files = rule_files(ROOT, settings()).values()
    return {
        rule["alert"]
        for file in files
        for group in yaml.safe_load(file)["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }


def test_each_alert_has_its_cases() -> None:
    """No alert without a world in which it fires and one in which it does not."""
    assert {case.alert for case in CASES} | ALWAYS == alerts()


@pytest.mark.platform
def test_alerts_fire_and_are_quiet(monitoring_image: str, tmp_path: Path) -> None:
    """All cases, with the rules of a default stack."""
    files = write(tmp_path, CASES)
    status, words = promtool(monitoring_image, tmp_path, "test", "rules", *files)
    assert status == 0, words


@pytest.mark.platform
def test_a_case_that_is_wrong_is_found(monitoring_image: str, tmp_path: Path) -> None:
    """Worlds changed over: promtool says which alert did not do as expected."""
    case = next(each for each in CASES if each.alert == "DatabaseDown")
    files = write(tmp_path, [replace(case, fires=case.quiet, quiet=case.fires)])
    status, words = promtool(monitoring_image, tmp_path, "test", "rules", *files)
    assert status != 0
    assert words.count('alertname=\\"DatabaseDown\\"') == 2, words


@pytest.mark.platform
def test_configuration_and_rules_are_valid(monitoring_image: str, tmp_path: Path) -> None:
    """As Prometheus itself reads them; an unknown key is refused."""
    write(tmp_path, CASES[:1])
    content = scraping(settings())
    content["rule_files"] = ["/trial/rules/*.yml"]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(content))
    status, words = promtool(monitoring_image, tmp_path, "check", "config", "--syntax-only", "prometheus.yml")
    assert status == 0, words
    (tmp_path / "broken.yml").write_text(yaml.safe_dump({**content, "scrape_config": []}))
    assert promtool(monitoring_image, tmp_path, "check", "config", "--syntax-only", "broken.yml")[0] != 0
    rules = [f"rules/{name}" for name in rule_files(ROOT, settings())]
    status, words = promtool(monitoring_image, tmp_path, "check", "rules", "--lint-fatal", *rules)
    assert status == 0, words

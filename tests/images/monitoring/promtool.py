"""Cases as promtool's own test files, and promtool of the monitoring image to run them."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import docker
import yaml

from infra.alert_rules import rule_files
from infra.settings import Settings, settings_from
from operation.stack import ROOT
from tests.images.monitoring.cases import Case, Series

LONG = 5 * 60
"""Minutes from which a case has a value in ten minutes: days of single minutes would take minutes."""

ZERO_LOSS = {"bem:database": {"wal_receiver": {"enabled": True}}}
ORDER = ["wanted", "indicators", "objectives", "certificates"]
GROUPS = {"objectives": ("indicators", "objectives"), "certificates": ("certificates",)}
"""Groups whose results others read come first: promtool looks back five minutes only."""


def settings() -> Settings:
    """The defaults, monitored."""
    return settings_from({"bem:monitoring": {"enabled": True}, **ZERO_LOSS}, "test")


def write(folder: Path, cases: Sequence[Case]) -> list[str]:
    """Lays rules and test files out; gives the names of the test files."""
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    for name, content in rule_files(ROOT, settings()).items():
        (folder / "rules" / name).write_text(content)
    parts: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        parts.setdefault((file_of(case.alert), "10m" if case.at >= LONG else "1m"), []).append(case)
    for (name, pace), some in parts.items():
        (folder / f"cases-{name}-{pace}.yml").write_text(_test_file(name, pace, some))
    return [f"cases-{name}-{pace}.yml" for name, pace in parts]


@cache
def _alerts() -> dict[str, str]:
    return {
        rule["alert"]: name.removesuffix(".yml")
        for name, content in rule_files(ROOT, settings()).items()
        for group in yaml.safe_load(content)["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }


def file_of(alert: str) -> str:
    """The file of rules that has an alert: a case is evaluated with it, not with all of them."""
    return _alerts()[alert]


def _test_file(name: str, pace: str, cases: Sequence[Case]) -> str:
    """Promtool's test file of some cases, with the rules of one file and the figures they compare with."""
    test_file = {
        "rule_files": [f"rules/{each}.yml" for each in dict.fromkeys(("wanted", name))],
        "evaluation_interval": pace,
        "group_eval_order": [each for each in ORDER if each == "wanted" or each in GROUPS.get(name, ())],
        "tests": [test for case in cases for test in _tests(case, pace)],
    }
    return yaml.safe_dump(test_file, sort_keys=False)


def _tests(case: Case, pace: str) -> Iterable[dict[str, Any]]:
    for series, samples in ((case.fires, [{"labels": "{}", "value": 1}]), (case.quiet, [])):
        yield {
            "name": f"{case.alert} {'fires' if samples else 'is quiet'} at {case.at} min",
            "interval": pace,
            "input_series": _series(series),
            "promql_expr_test": [
                {
                    "expr": f'group(ALERTS{{alertname="{case.alert}", alertstate="firing"{_kept(case)}}})',
                    "eval_time": f"{case.at}m",
                    "exp_samples": samples,
                }
            ],
        }


def _kept(case: Case) -> str:
    """Parties that a case says nothing of are down in it: look at the one that it names."""
    jobs = {"ExporterDown": "node-exporter", "ServiceDown": "api"}
    return f', job="{jobs[case.alert]}"' if case.alert in jobs else ""


def _series(series: Series) -> list[dict[str, str]]:
    return [{"series": name, "values": values} for name, values in series.items()]


def promtool(image: str, folder: Path, *words: str) -> tuple[int, str]:
    """Runs promtool on a folder; its exit status and its words."""
    engine = docker.from_env()
    container = engine.containers.create(
        image,
        ["promtool", *words],
        volumes=[f"{folder}:/trial:ro"],
        working_dir="/trial",
        network_mode="none",
        tmpfs={"/tmp": "mode=1777"},  # noqa: S108  # in the container: a database for each case
        cap_drop=["ALL"],
        user="0:0",
    )
    try:
        container.start()
        status = container.wait()["StatusCode"]
        return int(status), container.logs().decode()
    finally:
        container.remove(force=True)

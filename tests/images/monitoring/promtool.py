"""Cases as promtool's own test files, and promtool of the monitoring image to run them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import docker
import yaml

from infra.alert_rules import rule_files
from infra.settings import Settings, settings_from
from operation.stack import ROOT
from tests.images.monitoring.cases import Case, Series

LONG = 5 * 60
"""Minutes from which a case has one value in ten minutes, and only the rules of its own file: days of single
minutes would take promtool minutes."""

PACES = {
    "1m": ["rules/*.yml"],
    "10m": [f"rules/{name}.yml" for name in ("wanted", "objectives", "certificates")],
}
ORDER = ["wanted", "indicators", "objectives", "certificates"]
"""Groups whose results others read come first: promtool looks back five minutes only."""


def settings() -> Settings:
    """The defaults, monitored."""
    return settings_from({"bem:monitoring": {"enabled": True}}, "test")


def write(folder: Path, cases: Sequence[Case]) -> list[str]:
    """Lays rules and test files out; gives the names of the test files."""
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    for name, content in rule_files(ROOT, settings()).items():
        (folder / "rules" / name).write_text(content)
    for pace, files in PACES.items():
        tests = [test for case in cases if (case.at >= LONG) == (pace != "1m") for test in _tests(case, pace)]
        order = ORDER if pace != "1m" else []
        test_file = {
            "rule_files": files,
            "evaluation_interval": pace,
            "group_eval_order": order,
            "tests": tests,
        }
        (folder / f"cases-{pace}.yml").write_text(yaml.safe_dump(test_file, sort_keys=False))
    return [f"cases-{pace}.yml" for pace in PACES]


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

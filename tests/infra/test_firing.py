"""What Prometheus says of its alerts."""

import json

from infra.firing import parsed


def alert(name: str, severity: str, state: str = "firing") -> dict[str, object]:
    """One as Prometheus' API tells it."""
    return {
        "labels": {"alertname": name, "severity": severity},
        "annotations": {
            "summary": f"{name} happened",
            "description": "do it",
            "runbook_url": "docs/alerts.md#x",
        },
        "state": state,
        "activeAt": "2026-11-25T12:40:00.123456789Z",
    }


def answer(*alerts: dict[str, object]) -> str:
    """The whole answer."""
    return json.dumps({"status": "success", "data": {"alerts": alerts}})


def test_the_worst_comes_first() -> None:
    """With what happened and where to read on."""
    found = parsed(answer(alert("Late", "info"), alert("Slow", "warning"), alert("Down", "critical")))
    assert [each.name for each in found] == ["Down", "Slow", "Late"]
    assert found[0].line == "alert Down: Down happened: docs/alerts.md#x"
    assert found[0].since == "2026-11-25T12:40:00Z"


def test_what_does_not_fire_is_not_listed() -> None:
    """Pending ones may go by themselves; the watchdog is no fault."""
    assert parsed(answer(alert("Soon", "critical", "pending"), alert("Watchdog", "none"))) == []

"""Whose clock counts, and whether the platform can be backed up yet."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra import survey
from operation.failure import Failure
from operation.stack import Stack
from schedules import clock
from schedules.readiness import ready
from schedules.schedule import Kind

SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)
ZONES = Path("/usr/share/zoneinfo")


@pytest.mark.parametrize(
    ("kind", "hours"), [(Kind.SYSTEMD, 2), (Kind.CRON, 2), (Kind.FOREGROUND, 9), (Kind.FOREGROUND, 2)]
)
def test_timers_go_by_the_host_and_the_foreground_by_its_environment(
    kind: Kind, hours: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """TZ in the shell of whoever looks moves no timer; a TZ that is none counts for nobody."""
    (tmp_path / "localtime").symlink_to(ZONES / "Europe" / "Berlin")
    monkeypatch.setattr(clock, "LOCAL", tmp_path / "localtime")
    monkeypatch.setenv("TZ", ":Asia/Tokyo" if hours == 9 or kind is not Kind.FOREGROUND else "no/where")
    assert SUMMER.astimezone(clock.zone_of(kind)).utcoffset() == timedelta(hours=hours)


def test_a_host_without_a_zone_is_in_utc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As small containers are."""
    monkeypatch.setattr(clock, "LOCAL", tmp_path / "nothing")
    assert clock.zone_of(Kind.CRON) is UTC


@pytest.mark.parametrize(
    ("ill", "wanted"), [([], True), (["api"], True), (["database"], False), (["object-store", "api"], False)]
)
def test_a_backup_needs_database_and_object_store(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, ill: list[str], wanted: bool
) -> None:
    """An api that is not well keeps no backup waiting."""
    monkeypatch.setattr(survey, "unhealthy", lambda _: ill)
    assert ready(stack) is wanted


def test_a_docker_that_does_not_answer_yet_is_waited_for(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a reboot it comes later than the timer."""

    def unhealthy(_stack: Stack) -> list[str]:
        raise Failure("Docker Engine does not answer.")

    monkeypatch.setattr(survey, "unhealthy", unhealthy)
    assert not ready(stack)

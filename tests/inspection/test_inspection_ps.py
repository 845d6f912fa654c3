"""What runs, from what Docker's API gives."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from inspection.ps import age, chosen, lines
from inspection.replicas import Found, health_of, image_of, tag_of, told
from tests.inspection.conftest import Said

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DIGEST = "sha256:" + "ab" * 32


def task(number: int, state: str, error: str = "", slot: int = 1) -> dict[str, Any]:
    """As Swarm tells it."""
    return {
        "ID": f"task{number}",
        "ServiceID": "s1",
        "Slot": slot,
        "NodeID": "n1",
        "Spec": {"ContainerSpec": {"Image": DIGEST}},
        "Status": {
            "State": state,
            "Timestamp": f"2026-11-25T11:{number:02}:00.123456789Z",
            "Err": error,
            "ContainerStatus": {"ContainerID": f"{number:064x}"},
        },
    }


def container(status: str, labels: dict[str, str], state: str = "running") -> dict[str, Any]:
    """As the engine tells it."""
    return {
        "Id": "c" * 64,
        "Names": ["/quiet_name"],
        "Labels": labels,
        "Status": status,
        "State": state,
        "Created": 1795600000,
        "ImageID": DIGEST,
    }


FOUND = told(
    Found(
        services=[{"ID": "s1", "Spec": {"Labels": {"bem.role": "api"}}}],
        tasks=[task(10, "failed", "task: non-zero exit (3)"), task(20, "shutdown"), task(30, "running")],
        containers=[
            container("Up 3 minutes (healthy)", {"com.docker.swarm.task.id": "task30"}),
            container("Exited (1) 2 minutes ago", {"bem.role": "migrations"}, "exited"),
        ],
        nodes={"n1": "here"},
        tags={DIGEST: "bem-api:local"},
        host="here",
    )
)


def test_what_runs_stands_first() -> None:
    """With its health; only what broke by itself counts as a restart."""
    running, *_ = FOUND
    assert (running.service, running.replica, running.state, running.health) == (
        "api",
        1,
        "running",
        "healthy",
    )
    assert running.restarts == 1
    assert running.image == "bem-api:local@abababababab"


def test_what_ended_is_asked_for() -> None:
    """With its error; jobs, too."""
    assert [each.state for each in chosen(FOUND, "", ended=False)] == ["running"]
    ended = chosen(FOUND, "all", ended=True)
    assert [each.error for each in ended if each.error] == [
        "task: non-zero exit (3)",
        "Exited (1) 2 minutes ago",
    ]
    assert [each.job for each in chosen(FOUND, "migrations", ended=True)] == [True]


def test_table_or_paragraphs() -> None:
    """Where the window is narrow, no line is wider than it."""
    table = lines(FOUND, NOW, 200)
    assert len(table) == 1 + len(FOUND)
    assert table[1].split()[:4] == ["api.1", "here", "running", "healthy"]
    narrow = lines(FOUND, NOW, 40)
    assert max(map(len, narrow)) <= 40
    assert narrow[0] == "api.1: running, healthy, 30 min"


def test_words_of_docker() -> None:
    """Health, age and image."""
    assert [health_of(f"Up 1 s ({word})") for word in ("unhealthy", "health: starting", "Paused")] == [
        "unhealthy",
        "starting",
        "-",
    ]
    assert [age(each) for each in (-1, 59, 60, 7200, 200000)] == ["0 s", "59 s", "1 min", "2 h", "2 d"]
    assert image_of("bem-api:try", {}) == "bem-api:try"
    assert image_of(f"some/bem-api@{DIGEST}", {}) == "bem-api@abababababab"
    assert tag_of(["bem-api:b", "bem-api:a"], "a") == "bem-api:a"
    assert tag_of(["<none>:<none>"], "a") == ""


@pytest.mark.parametrize("words", [("ps", "api"), ("ps", "--service", "api", "--all"), ("ps",)])
def test_nothing_runs(invoke: Callable[..., Said], words: tuple[str, ...]) -> None:
    """Said, and no failure; the word alone is understood."""
    said = invoke(*words)
    assert said.returncode == 0, said.stderr
    assert "runs" in said.stdout


def test_unknown_service(invoke: Callable[..., Said]) -> None:
    """Refused with exit status 2."""
    assert invoke("ps", "apy", "--json").returncode == 2

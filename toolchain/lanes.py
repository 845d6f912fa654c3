"""A pytest plugin: the fast tests first, on all cores; then those that need a platform, in lanes.

A lane's tests run one after the other in one process of pytest-xdist and share what takes long to make, a
deployment or images. Lanes run beside each other. xdist's own groups would do the same, but with pytest 9.2
they do nothing (pytest-dev/pytest-xdist#1386). Here each process tells the scheduler its lanes by a file.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from toolchain.presence import FOLDER, folder_of

DEPLOYMENT = "deployment"
"""The lane of all that uses the deployment of the session."""
ENGINE = "engine"
"""The lane of those who stop the Docker daemon: the last, since they wait for all others to end."""

LONGEST = (DEPLOYMENT, "restore", "platform", "provider", "object_store", "zero-loss")
"""Lanes that begin first, so that no process is left alone with one at the end."""


def lane(item: pytest.Item) -> str:
    """As its marker says; else by the deployment of the session, else by folder. A fast test has none."""
    marker = item.get_closest_marker("lane")
    if marker is not None:
        return str(marker.args[0])
    if item.get_closest_marker("platform") is None:
        return ""
    if item.get_closest_marker(ENGINE) is not None:
        return ENGINE
    return DEPLOYMENT if "first_up" in getattr(item, "fixturenames", ()) else item.path.parent.name


def place(item: pytest.Item) -> tuple[bool, int, bool, str]:
    """Fast ones first, then slow ones, the longest lanes; those who stop the Docker daemon last."""
    chosen = lane(item)
    ranks = ("", *LONGEST)
    rank = ranks.index(chosen) if chosen in ranks else len(ranks)
    return chosen == ENGINE, rank, item.get_closest_marker("slow") is not None, chosen


def processes(paths: list[Path]) -> int:
    """As many as there are cores; none for named files, which start at once, and for a name that is wrong.

    Platform tests wait much, but some of them measure: more of them at once than cores would disturb those.
    """
    at_once = all(path.is_file() for path in paths) or not all(path.exists() for path in paths)
    return 0 if at_once else len(os.sched_getaffinity(0))


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """For `-n auto`, with which our settings begin."""
    folder = config.invocation_params.dir
    return processes([folder / arg.split("::")[0] for arg in config.args])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sorts in place, the order within a lane stays; a process writes down what is in which lane."""
    items.sort(key=place)
    folder = folder_of(config)
    if folder:
        new = folder / f"lanes.{os.getpid()}"
        new.write_text(json.dumps({item.nodeid: lane(item) for item in items if lane(item)}))
        new.replace(folder / "lanes")


class Lanes(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """A process gets one test after the other, or a lane."""

    def _split_scope(self, nodeid: str) -> str:
        return self._lanes.get(nodeid, nodeid)

    def _reschedule(self, node: Any) -> None:
        """A lane is for a process with one test left: it starts that one only when it knows what follows."""
        following = next(iter(self.workqueue), "")
        if following in self._lanes.values() and self._pending_of(self.assigned_work[node]) > 1:
            return
        super()._reschedule(node)

    def schedule(self) -> None:
        """Called once all processes have collected."""
        if self.collection is None:
            told = self.config.stash[FOLDER] / "lanes"  # not there when a name was wrong: pytest says so
            self._lanes: dict[str, str] = json.loads(told.read_text()) if told.exists() else {}
            self.config.option.loadscopereorder = False
        super().schedule()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes:
    """Takes the place of all of xdist's ways to distribute tests."""
    return Lanes(config, log)

"""One deployment for all tests of a lane: brought up as a person would, removed at the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from tests.platform.deployment import Deployment, named, remove
from toolchain.engine import own_daemon
from toolchain.lanes import lane


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only a Docker daemon that set-up of this checkout started is stopped by tests, nobody else's."""
    if own_daemon():
        return
    engine = [item for item in items if item.get_closest_marker("engine")]
    if engine:
        config.hook.pytest_deselected(items=engine)
        items[:] = [item for item in items if item not in engine]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """A deployment goes with its lane: one that idles keeps a quarter of two cores from what follows.

    pytest ends what belongs to the session with the session alone, and has no public way to ask for it.
    """
    if nextitem is None or lane(nextitem) == lane(item):
        return
    for each in item.session._fixturemanager.getfixturedefs("first_up", item) or ():  # noqa: SLF001
        each.finish(item._request)  # type: ignore[attr-defined]  # noqa: SLF001


@pytest.fixture(scope="session")
def first_up(shared: Path) -> Iterator[tuple[Deployment, str]]:
    """A deployment of a lane, and what its first `invoke up` said, first backups and their proofs included.

    One lane after the other: on a new machine the second finds the images that the first has built.
    """
    deployment = named()
    try:
        with FileLock(shared / "first-up"):
            said = deployment.succeed("up", seconds=900)
        yield deployment, said.words
    finally:
        remove(deployment)


@pytest.fixture
def platform(first_up: tuple[Deployment, str]) -> Deployment:
    """The deployment, well before each test and after it."""
    deployment, _ = first_up
    assert deployment.well(), deployment.invoke("status").words
    return deployment


@pytest.fixture
def another() -> Iterator[Deployment]:
    """A second deployment that a test may break; nothing runs yet."""
    deployment = named()
    try:
        yield deployment
    finally:
        remove(deployment)

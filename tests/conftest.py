"""What pytest is to know in the process that only counts, and the browser that tests of pages share."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.toolchain.conformance.summary import pytest_runtest_logreport, pytest_terminal_summary

if TYPE_CHECKING:
    from tests.chromium import Chromium

__all__ = ["pytest_runtest_logreport", "pytest_terminal_summary"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A host for CI shares its cores and disks with strangers and stands still for seconds.

    There a test of a real platform, or one that takes seconds, is tried once more when it fails, and the
    summary counts it as rerun.
    """
    if "CI" not in os.environ:
        return
    for item in items:
        if item.get_closest_marker("platform") or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Chromium"]:
    """One browser for all tests of a process."""
    from tests.chromium import started  # noqa: PLC0415  # most tests need none
    from toolchain.browser import Browser, program  # noqa: PLC0415

    found = program()
    assert found, Browser().look().remedy
    with started(found, tmp_path_factory.mktemp("profile")) as browser:
        yield browser

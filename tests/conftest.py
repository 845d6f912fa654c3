"""What pytest is to know in the process that only counts, and the browser that tests of pages share."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.toolchain.conformance.summary import pytest_runtest_logreport, pytest_terminal_summary

if TYPE_CHECKING:
    from tests.chromium import Chromium

__all__ = ["pytest_runtest_logreport", "pytest_terminal_summary"]


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Chromium"]:
    """One browser for all tests of a process."""
    from tests.chromium import started  # noqa: PLC0415  # most tests need none
    from toolchain.browser import Browser, program  # noqa: PLC0415

    found = program()
    assert found, Browser().look().remedy
    with started(found, tmp_path_factory.mktemp("profile")) as browser:
        yield browser

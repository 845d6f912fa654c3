"""A pytest plugin: tests that take minutes each run when asked for, by `--long` or by their names."""

from pathlib import Path

import pytest

LONG = "long"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option."""
    parser.addoption("--long", action="store_true", help="run tests of several minutes each, too")


def named(words: list[str], folder: Path) -> bool:
    """Whether files or single tests were named, and not just folders."""
    return bool(words) and all("::" in word or (folder / word).is_file() for word in words)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the long ones out; pytest's summary counts them as deselected."""
    if config.getoption(LONG) or named(config.args, config.rootpath):
        return
    left_out = [item for item in items if item.get_closest_marker(LONG) is not None]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]

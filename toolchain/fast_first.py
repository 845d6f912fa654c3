"""A pytest plugin: the tests that need a platform run after all others."""

from typing import Protocol, TypeVar


class Item(Protocol):
    """What is asked of a pytest item."""

    def get_closest_marker(self, name: str) -> object | None:
        """The marker of that name on the test, its class or its module."""


T = TypeVar("T", bound=Item)


def pytest_collection_modifyitems(items: list[T]) -> None:
    """Sorts in place; the order among the others stays."""
    items[:] = sorted(items, key=lambda item: item.get_closest_marker("platform") is not None)

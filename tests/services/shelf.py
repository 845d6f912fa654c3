"""Items in memory and a database of which a test decides how it does."""

from collections.abc import Sequence
from datetime import UTC, datetime

from services.api.items import Item
from services.base.problems import Unavailable


class Shelf:
    """Keeps items as the real store would.

    Attributes:
        failure: raised by every method, when there is one.
    """

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self._items: dict[int, Item] = {}
        self._keys: dict[str, int] = {}

    def lose(self) -> None:
        """From now on the database is away."""
        self.failure = Unavailable("the database is not available now; try again")

    async def create(self, name: str, key: str | None) -> tuple[Item, bool]:
        """See `Items`."""
        self._fail()
        if key in self._keys:
            return self._items[self._keys[key]], True
        item = Item(len(self._items) + 1, name, datetime.now(UTC))
        self._items[item.id] = item
        if key is not None:
            self._keys[key] = item.id
        return item, False

    async def get(self, number: int) -> Item | None:
        """See `Items`."""
        self._fail()
        return self._items.get(number)

    async def page(self, after: int, limit: int) -> Sequence[Item]:
        """See `Items`."""
        self._fail()
        return [item for number, item in sorted(self._items.items()) if number > after][:limit]

    async def delete(self, number: int) -> bool:
        """See `Items`."""
        self._fail()
        return self._items.pop(number, None) is not None

    def _fail(self) -> None:
        if self.failure:
            raise self.failure


class Weather:
    """A database for health.

    Attributes:
        reached: it has answered once.
        trouble: what it says now.
    """

    def __init__(self) -> None:
        self.name = "database"
        self.reached = True
        self.trouble = ""

    async def ask(self) -> str:
        """See `health_routes.Needed`."""
        return self.trouble

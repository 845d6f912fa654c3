"""The application over a store in memory."""

import pytest
from starlette.testclient import TestClient

from services.api.app import application
from services.base.bearer import Guard
from services.base.drain import Drain
from tests.services.belt import Belt
from tests.services.shelf import Shelf, Weather


@pytest.fixture
def shelf() -> Shelf:
    """An empty store."""
    return Shelf()


@pytest.fixture
def belt() -> Belt:
    """No pulse yet."""
    return Belt()


@pytest.fixture
def weather() -> Weather:
    """A database that is well."""
    return Weather()


@pytest.fixture
def drain() -> Drain:
    """A replica that stays."""
    return Drain()


@pytest.fixture
def client(shelf: Shelf, belt: Belt, weather: Weather, drain: Drain) -> TestClient:
    """Asks the whole application, its outer layers too; it asks for no token."""
    return TestClient(application(shelf, belt, Guard(None), weather, drain))

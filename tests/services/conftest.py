"""The application over a store in memory."""

import pytest
from starlette.testclient import TestClient

from services.api.app import application
from services.api.drain import Drain
from tests.services.shelf import Shelf, Weather


@pytest.fixture
def shelf() -> Shelf:
    """An empty store."""
    return Shelf()


@pytest.fixture
def weather() -> Weather:
    """A database that is well."""
    return Weather()


@pytest.fixture
def drain() -> Drain:
    """A replica that stays."""
    return Drain()


@pytest.fixture
def client(shelf: Shelf, weather: Weather, drain: Drain) -> TestClient:
    """Asks the whole application, its outer layers too."""
    return TestClient(application(shelf, weather, drain))

"""The status page over answers that a test chooses."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from services.base.drain import Drain
from services.base.tokens import Verifier
from services.console.server import application
from tests.services.console.oracle import Oracle
from tests.services.test_tokens import KEY, jwks


@pytest.fixture
def oracle() -> Oracle:
    """A Prometheus that knows nothing yet."""
    return Oracle()


@pytest.fixture
def visitor(oracle: Oracle, tmp_path: Path) -> TestClient:
    """Asks the whole application and follows no redirect."""
    keys = tmp_path / "token-keys"
    keys.write_text(jwks(one=KEY))
    app = application("shop", oracle, Verifier(keys), Drain())
    return TestClient(app, base_url="https://testserver", follow_redirects=False)

"""The image of the monitoring parties."""

import pytest

from tests.images.conftest import IMAGES
from tests.images.workshop import Workshop


@pytest.fixture(scope="session")
def monitoring_image(workshop: Workshop) -> str:
    """Prometheus, Alertmanager, exporters and promtool."""
    return workshop.build("monitoring", IMAGES / "monitoring", IMAGES / "monitoring" / "Dockerfile")

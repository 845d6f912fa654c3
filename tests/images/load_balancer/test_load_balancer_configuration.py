from pathlib import Path

import jinja2
import pytest

from tests.images.load_balancer.view import CONFIGURATION, rendered
from tests.images.workshop import Workshop, logs

pytestmark = pytest.mark.platform


def check(workshop: Workshop, image: str, certificates: Path, file: Path) -> tuple[int, str]:
    """Exit status and words of `haproxy -c`."""
    mounts = {str(certificates): "/certs:ro", str(file): f"{CONFIGURATION}:ro"}
    command = ["haproxy", "-c", "-f", CONFIGURATION]
    container = workshop.run(image, "check", mounts, entrypoint=command)
    return int(container.wait(timeout=30)["StatusCode"]), logs(container)


def test_the_configuration_is_valid_at_its_largest(
    workshop: Workshop, image: str, certificates: Path
) -> None:
    """With the most connections that settings allow, under a task's limit of open files: no warning."""
    file = rendered(workshop, max_connections=9000)
    status, words = check(workshop, image, certificates, file)
    assert (status, "WARNING" in words, "ALERT" in words) == (0, False, False)


def test_a_wrong_configuration_is_refused(workshop: Workshop, image: str, certificates: Path) -> None:
    """HAProxy names the line; a value that nobody gives is an error before that."""
    status, words = check(workshop, image, certificates, rendered(workshop, https_port="x"))
    assert status != 0
    assert "ALERT" in words
    with pytest.raises(jinja2.UndefinedError):
        rendered(workshop, https_port=jinja2.StrictUndefined("https_port"))

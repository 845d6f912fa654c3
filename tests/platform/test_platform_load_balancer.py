"""What clients notice when the load balancer changes."""

import re

import httpx
import pytest

from infra.ports import free
from tests.platform.deployment import Deployment
from tests.platform.writer import Writer

pytestmark = pytest.mark.platform


def hsts(deployment: Deployment) -> str:
    """A figure of its configuration that every answer tells."""
    with deployment.client() as client:
        return str(client.get("/readyz").headers["Strict-Transport-Security"])


def test_a_changed_setting_is_taken_without_a_failed_request(platform: Deployment) -> None:
    """`up` says what it does, and the second one changes nothing."""
    assert hsts(platform) == "max-age=63072000"
    platform.configure(load_balancer__hsts_seconds=300)
    with Writer(
        platform, "reload", http2=False
    ) as writer:  # httpx takes HTTP/2's orderly goodbye for an error
        said = platform.succeed("up", "--skip-backup")
    assert "1 updated" in said.words
    assert "clients are not answered" not in said.words
    assert hsts(platform) == "max-age=300"
    assert (writer.failed, len(writer.acknowledged) > 20) == (0, True)
    assert "nothing changed" in platform.succeed("up", "--skip-backup").words


def test_another_port_is_announced_and_measured(platform: Deployment) -> None:
    """A preview tells of the gap before it happens, `up` how long it was; then clients are served."""
    (other,) = free(1)
    platform.configure(load_balancer__http_port=other)
    said = platform.succeed("preview").words
    assert "clients are not answered" in said
    assert "clients were not answered" not in said
    said = platform.succeed("up", "--skip-backup").words
    (seconds,) = re.findall(r"clients were not answered for ([0-9.]+) s\.", said)
    assert 0 < float(seconds) < 30  # seconds; the facts say 1.65
    assert httpx.get(f"http://127.0.0.1:{other}/items", trust_env=False).is_redirect
    with platform.client() as client:
        assert client.get("/readyz").status_code == httpx.codes.OK

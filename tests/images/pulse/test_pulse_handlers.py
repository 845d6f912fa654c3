import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.parties import PULSE
from tests.images.conftest import ROOT, Party, Password, Secret
from tests.images.pulse.conftest import Desk
from tests.images.workshop import Container, Workshop, healthy, until

pytestmark = pytest.mark.platform
HANDLERS = """

def broken(payload: Mapping[str, object]) -> Outcome:
    raise RuntimeError("the meter is broken")


def nul(payload: Mapping[str, object]) -> Outcome:
    return Outcome({"text": "\\0"}, Decimal(1))


KINDS = {**KINDS, "broken": broken, "nul": nul}
"""


@pytest.fixture
def other(
    workshop: Workshop,
    party: Party,
    secret: Secret,
    cache_password: Password,
    pulse_image: str,
    desk: Desk,
    crew: list[Container],
) -> Iterator[Container]:
    """A worker with handlers of an operator, and no other beside it."""
    assert desk
    for each in crew:
        each.remove(force=True)
    crew.clear()
    handlers = (ROOT / "services" / "pulse" / "kinds.py").read_text() + HANDLERS
    mounts = {
        str(party(PULSE.role, PULSE.uid, PULSE.common_name)): "/certs:ro",
        **cache_password(PULSE.role, PULSE.uid),
        secret("kinds.py", PULSE.uid, handlers): "/srv/services/pulse/kinds.py:ro",
    }
    container = workshop.run(pulse_image, PULSE.role, mounts, {"PULSE_TRIES": "3"})
    until(lambda: healthy(container)[0], 20)
    until(desk.settled, 60)  # what other tests have left
    yield container
    container.remove(force=True)


def processed(worker: Container) -> float:
    """How many pulses of the kind `count` a worker says that it has processed."""
    found = re.search(r'^bem_pulse_processed_total\{kind="count"\} (\S+)$', metrics(worker), re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_handlers_that_fail_harm_nobody_else(desk: Desk, other: Container) -> None:
    """One is tried three times; what PostgreSQL cannot keep is set aside; all that came with them is done."""
    letters, before = len(desk.dead()), processed(other)
    script = Path(__file__).with_name("mixed.lua").read_text()
    desk.ask("EVAL", script, "0")
    until(lambda: desk.effects("mixed-") == 20 and desk.settled(), 20)
    found = {each["key"]: (each["reason"], each["attempts"]) for each in desk.dead()[letters:]}
    assert found == {"odd-broken": ("failed", "3"), "odd-nul": ("unwritable", "1")}
    assert desk.effects("odd-") == 0
    counts = metrics(other)
    assert processed(other) - before == 20
    assert 'bem_pulse_retries_total{reason="processing"} 2.0' in counts
    assert 'bem_pulse_dead_total{reason="failed"} 1.0' in counts
    assert "bem_pulse_seconds_count" in counts


def metrics(container: Container) -> str:
    """What Prometheus would read, asked within the container with its own certificate."""
    script = """import ssl, urllib.request
context = ssl.create_default_context(cafile="/certs/current/ca.pem")
context.check_hostname = False
context.load_cert_chain("/certs/current/cert.pem", "/certs/current/key.pem")
print(urllib.request.urlopen("https://127.0.0.1:8443/metrics", context=context).read().decode())"""
    status, output = container.exec_run(["python3", "-c", script])
    assert status == 0, output
    return str(output.decode())

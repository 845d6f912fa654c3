import http.client
import ssl
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.images.conftest import Party
from tests.images.object_store.account import BUCKET, DAYS, SECRETS, Start, s3, served_of
from tests.images.workshop import Container, Workshop, healthy, logs, port, until

pytestmark = pytest.mark.platform


def test_killed_it_comes_back_with_its_data(store: Container, trust: str, locked: dict[str, str]) -> None:
    """After SIGKILL the next start finds objects, locks and no stale socket in its way."""
    store.kill()
    store.start()
    until(lambda: healthy(store)[0], 15)
    client = s3(store, trust)
    assert client.get_object(**locked)["Body"].read() == b"segment"
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_object(**locked)


def test_a_bucket_whose_objects_cannot_be_read_is_not_healthy(store: Container, trust: str) -> None:
    """The health check reads one, since a bucket answers before its objects do; a start puts it back."""
    client = s3(store, trust)

    def gone() -> bool:
        client.delete_object(Bucket=BUCKET, Key="health/probe")  # a start that still prepares puts it back
        well, words = healthy(store)
        return not well and words.startswith("object-store: GET health/probe was answered 404")

    until(gone, 20)
    store.restart(timeout=20)
    until(lambda: healthy(store)[0], 20)


def test_a_renewed_certificate_is_shown_and_no_connection_is_lost(
    store: Container, party: Party, trust: str
) -> None:
    """New connections see the new one within seconds; one that was open goes on, and SeaweedFS does, too."""
    before, started = served_of(store), logs(store).count("the bucket is ready")
    address = ("localhost", port(store, 8333))
    open_ = http.client.HTTPSConnection(*address, context=ssl.create_default_context(cafile=trust), timeout=5)

    def asked() -> int:
        open_.request("GET", "/")
        answer = open_.getresponse()
        answer.read()
        return answer.status

    assert asked() == HTTPStatus.FORBIDDEN
    wire = open_.sock
    party("object-store", 6003, "object-store", "localhost")
    until(lambda: served_of(store) not in {"", before}, 20)
    assert asked() == HTTPStatus.FORBIDDEN
    assert open_.sock is wire
    assert healthy(store)[0]
    assert logs(store).count("the bucket is ready") == started


def test_a_pair_that_does_not_fit_changes_nothing(store: Container, certificates: Path, party: Party) -> None:
    """The pair before is shown on, also to new connections; a good one is taken afterwards."""
    before = served_of(store)
    other = certificates / "broken"
    other.mkdir()
    for name in ("cert.pem", "key.pem", "pair.pem", "ca.pem"):
        (other / name).write_text("no certificate")
    good = (certificates / "current").readlink()
    point(certificates, Path("broken"))
    until(lambda: "new certificates: broken" in logs(store), 10)
    until(lambda: "Loading failure" in logs(store) or "error" in logs(store).casefold(), 10)
    assert served_of(store) == before
    point(certificates, good)
    party("object-store", 6003, "object-store", "localhost")
    until(lambda: served_of(store) not in {"", before}, 20)


def point(folder: Path, generation: Path) -> None:
    """Moves `current`."""
    successor = folder / ".next"
    successor.symlink_to(generation)
    successor.replace(folder / "current")


@pytest.mark.parametrize("program", ["weed", "haproxy"])
def test_it_ends_when_one_of_its_programs_does(store: Container, program: str) -> None:
    """Swarm then starts it anew; half of it would look well."""
    kill = 'for each in /proc/[0-9]*; do [ "$(cat $each/comm)" = "$0" ] && kill -9 ${each#/proc/}; done'
    store.exec_run(["sh", "-c", kill, program])
    assert store.wait(timeout=30)["StatusCode"] == 1
    assert "ended with status" in logs(store)
    store.start()
    until(lambda: healthy(store)[0], 20)


def test_two_never_share_a_volume(store: Container, start: Start, volume: str) -> None:
    """The second waits, then gives up, and the first serves on."""
    second = start(volume)
    assert second.wait(timeout=40)["StatusCode"] == 1
    assert "another container holds this volume" in logs(second)
    assert healthy(store)[0]


@pytest.fixture
def stopped(store: Container) -> Iterator[Container]:
    """The store while it is stopped; it is started again."""
    store.stop(timeout=20)
    yield store
    store.start()
    until(lambda: healthy(store)[0], 20)


def test_another_lock_is_taken_at_the_next_start(stopped: Container, start: Start, volume: str) -> None:
    """LOCK_DAYS of the stack's file is what new objects get; a health check for other days says no."""
    assert stopped.attrs["State"]
    container = start(volume, days="9")
    until(lambda: healthy(container)[0], 20)
    assert healthy(container)[1].endswith("9 days")
    status, words = container.exec_run("/usr/local/bin/healthy", environment={"LOCK_DAYS": "7"})
    assert (status, b"['9'] days, not 7" in words) == (1, True)
    container.stop(timeout=20)
    assert container.wait()["StatusCode"] == 0


@pytest.mark.parametrize(
    ("days", "missing", "reason"),
    [("0", "", "LOCK_DAYS"), ("x", "", "LOCK_DAYS"), (DAYS, "s3-secret-key", "secret s3-secret-key")],
)
def test_senseless_surroundings_are_refused(
    start: Start, workshop: Workshop, days: str, missing: str, reason: str
) -> None:
    """It ends with status 1 and one line that says why."""
    kept = {name: text for name, text in SECRETS.items() if name != missing}
    container = start(workshop.volume(), days, kept)
    assert container.wait(timeout=20)["StatusCode"] == 1
    assert logs(container).startswith(f"object-store: {reason}")

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from tests.images.conftest import Party
from tests.images.object_store.account import BUCKET, DAYS, SECRETS, Start, s3, served_of
from tests.images.workshop import Container, Workshop, healthy, logs, until

pytestmark = pytest.mark.platform


def test_killed_it_comes_back_with_its_data(store: Container, trust: str, locked: dict[str, str]) -> None:
    """After SIGKILL the next start finds objects, locks and no stale socket in its way."""
    store.kill()
    store.start()
    assert until(lambda: healthy(store)[0], 20) < 15
    client = s3(store, trust)
    assert client.get_object(**locked)["Body"].read() == b"segment"
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_object(**locked)


def test_a_bucket_whose_objects_cannot_be_read_is_not_healthy(store: Container, trust: str) -> None:
    """The health check reads one, since a bucket answers before its objects do; a start puts it back."""
    s3(store, trust).delete_object(Bucket=BUCKET, Key="health/probe")
    well, words = healthy(store)
    assert not well
    assert words.startswith("object-store: GET health/probe was answered 404")
    store.restart(timeout=20)
    until(lambda: healthy(store)[0], 20)


def test_a_renewed_certificate_is_shown_within_seconds(store: Container, party: Party) -> None:
    """SeaweedFS never reads it again, so its entry point starts it again."""
    before = served_of(store)
    assert served_of(store) == before
    party("object-store", 6003, "object-store", "localhost")
    until(lambda: served_of(store) not in {"", before}, 20)
    until(lambda: healthy(store)[0], 10)


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

"""The applications' bucket goes back to a moment by new versions alone, and is checked against rows."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.images.object_store.account import ADMIN, SECRETS, Start, s3
from tests.images.workshop import Container, Workshop, healthy, until

pytestmark = pytest.mark.platform

MODELS = "bem-models"
TRAINER = {"training-access-key": "trainer", "training-secret-key": "trainer-secret-of-a-test"}
KEYS = (TRAINER["training-access-key"], TRAINER["training-secret-key"])
FIRST, SECOND = b"weights " * 1000, b"other weights " * 1000


@pytest.fixture(scope="module")
def store(start: Start, workshop: Workshop) -> Iterator[Container]:
    """An object store with a bucket for models."""
    container = start(workshop.volume(), secrets={**SECRETS, **TRAINER}, models=MODELS)
    until(lambda: healthy(container)[0], 30)
    yield container
    container.remove(force=True)


def models(store: Container, *words: str, given: object = None) -> dict[str, Any]:
    """Runs the tool; its standard input is JSON."""
    argv = ["sh", "-c", 'printf %s "$0" | models "$@"', json.dumps(given), *words]
    status, (output, error) = store.exec_run(argv, demux=True)
    assert status == 0, error
    found: dict[str, Any] = json.loads(output)
    return found


def put(client: Any, key: str, content: bytes) -> str:
    """An object as the trainer writes it; its hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    client.put_object(Bucket=MODELS, Key=key, Body=content, Metadata={"sha256": sha256})
    return sha256


def moment() -> str:
    """Now."""
    return datetime.now(UTC).isoformat()


def test_objects_go_back_and_forth(store: Container, trust: str) -> None:
    """Overwritten, deleted and new ones; each version stays, so the way back is open."""
    client = s3(store, trust, KEYS)
    first = put(client, "training/1/model.pt", FIRST)
    put(client, "training/2/model.pt", FIRST)
    put(client, "training/same.pt", FIRST)
    then = moment()
    second = put(client, "training/1/model.pt", SECOND)
    client.delete_object(Bucket=MODELS, Key="training/2/model.pt")
    put(client, "training/3/model.pt", SECOND)
    later = moment()
    versions = len(s3(store, trust, ADMIN).list_object_versions(Bucket=MODELS)["Versions"])
    foretold = models(store, "bring-back", then, later, "--dry-run")
    assert (foretold["rewrite"], foretold["delete"], foretold["as_it_was"]) == (2, 1, 1)
    assert models(store, "look")["objects"] == 3

    assert {**foretold, "dry_run": False} == models(store, "bring-back", then, later)
    found = client.get_object(Bucket=MODELS, Key="training/1/model.pt")
    assert (found["Body"].read(), found["Metadata"]) == (FIRST, {"sha256": first})
    assert client.get_object(Bucket=MODELS, Key="training/2/model.pt")["Body"].read() == FIRST
    keys = {each["Key"] for each in client.list_objects_v2(Bucket=MODELS)["Contents"]}
    assert "training/3/model.pt" not in keys
    put(client, "training/4/model.pt", SECOND)
    again = models(store, "bring-back", then, later)
    assert (again["rewrite"], again["delete"]) == (0, 0), "done once, and what came since is not touched"
    assert len(s3(store, trust, ADMIN).list_object_versions(Bucket=MODELS)["Versions"]) == versions + 3

    undone = moment()
    models(store, "bring-back", later, undone)
    assert client.get_object(Bucket=MODELS, Key="training/1/model.pt")["Metadata"] == {"sha256": second}
    assert client.get_object(Bucket=MODELS, Key="training/3/model.pt")["Body"].read() == SECOND


def test_rows_are_checked_against_objects(store: Container, trust: str) -> None:
    """Now and as of a moment; what is missing and what differs is told by name."""
    client = s3(store, trust, KEYS)
    right = put(client, "seam/1/model.pt", FIRST)
    then = moment()
    put(client, "seam/1/model.pt", SECOND)
    named = [["seam/1/model.pt", right], ["seam/none.pt", right]]
    assert models(store, "check", then, given=named) == {
        "checked": 2,
        "missing": ["seam/none.pt"],
        "differing": [],
    }
    assert models(store, "check", given=named)["differing"] == ["seam/1/model.pt"]


@pytest.mark.parametrize(
    "words", [("bring-back", "yesterday", "now"), ("bring-back", "2026-11-24T03:10:00", "x")]
)
def test_a_moment_that_is_none_is_refused(store: Container, words: tuple[str, ...]) -> None:
    """With status 2, and nothing is changed."""
    assert store.exec_run(["models", *words])[0] == 2


def test_the_tool_needs_a_bucket_for_models(start: Start, workshop: Workshop) -> None:
    """Where training is off there is none."""
    container = start(workshop.volume())
    assert container.exec_run(["models", "look"])[0] == 1
    container.remove(force=True)


def test_health_is_for_both_buckets(start: Start, workshop: Workshop, trust: str) -> None:
    """Whoever waits for health can write into either; one without the models' bucket is not well."""
    store = start(workshop.volume(), secrets={**SECRETS, **TRAINER}, models=MODELS)
    until(lambda: healthy(store)[0], 30)
    s3(store, trust, ADMIN).delete_bucket(Bucket=MODELS)
    until(lambda: healthy(store) == (False, f"object-store: bucket {MODELS} is not there"), 10)
    store.restart()
    until(lambda: healthy(store)[0], 30)
    put(s3(store, trust, KEYS), "training/1/model.pt", FIRST)
    store.remove(force=True)

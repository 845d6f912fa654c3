"""Graph training on a deployment of its own: killed, resumed, and the same in the end."""

from collections.abc import Iterator
from typing import Any

import docker
import pytest

from backups.points import objects
from operation.audit import now
from operation.stack import LABEL_ROLE, LABEL_STACK
from tests.platform.deployment import Deployment, awaited, named, remove

pytestmark = pytest.mark.platform

EPOCHS = 300
CHANCE = 0.25
"""Share of four classes that a blind guess tells right."""


@pytest.fixture(scope="module")
def trained() -> Iterator[Deployment]:
    """A deployment with a trainer."""
    deployment = named(parts=("training",))
    try:
        deployment.succeed("up", "--skip-backup", seconds=900)
        yield deployment
    finally:
        remove(deployment)


def trainers(deployment: Deployment) -> list[Any]:
    """Running containers of the trainer."""
    labels = [f"{LABEL_STACK}={deployment.name}", f"{LABEL_ROLE}=training"]
    found: list[Any] = docker.from_env().containers.list(filters={"label": labels, "status": "running"})
    return found


def job(deployment: Deployment, number: int) -> dict[str, Any]:
    """A job as `train.jobs` shows it."""
    found: list[dict[str, Any]] = deployment.succeed("train.jobs", "--json").json
    return next(each for each in found if each["job"] == number)


def done(deployment: Deployment, number: int) -> dict[str, Any] | None:
    """The job once it has ended."""
    found = job(deployment, number)
    return found if found["state"] in {"done", "failed"} else None


def test_a_killed_training_ends_as_if_it_had_run_through(trained: Deployment) -> None:
    """One trainer is killed with -9 after a checkpoint; the network's hash is that of an undisturbed job."""
    trained.succeed("train.sample", "try", "--nodes", "6000")
    number = trained.succeed("train", "try", "--epochs", str(EPOCHS), "--json").json["job"]
    awaited(lambda: job(trained, number)["epoch"] > 0, 100, "the first checkpoint")
    trainers(trained)[0].kill("SIGKILL")
    killed = awaited(lambda: done(trained, number), 300, "the end of the killed job")
    second = trained.succeed("train", "try", "--epochs", str(EPOCHS), "--json").json["job"]
    undisturbed = awaited(lambda: done(trained, second), 300, "the end of the other job")
    assert (killed["state"], killed["attempts"]) == ("done", 2)
    assert (undisturbed["state"], undisturbed["attempts"]) == ("done", 1)
    assert killed["sha256"] == undisturbed["sha256"]
    assert killed["accuracy"] > 2 * CHANCE


def test_a_graph_without_labels_fails_with_its_reason(trained: Deployment) -> None:
    """And the trainer goes on; a graph that is not there is refused at once."""
    insert = "insert into graph_nodes select 'blank', n, array[1,2], null from generate_series(1,20) as n"
    trained.run("docker", "exec", database(trained), "psql", "-U", "postgres", "-d", "bem", "-c", insert)
    number = trained.succeed("train", "blank", "--epochs", "5", "--json").json["job"]
    failed = awaited(lambda: done(trained, number), 100, "the end of a job that cannot be done")
    assert failed["state"] == "failed"
    assert "needs labels" in failed["reason"]
    assert trained.invoke("train", "nothing").status == 2
    assert trained.invoke("train", "try", "--epochs", "0").status == 2


@pytest.mark.long
def test_objects_go_back_with_their_rows(trained: Deployment) -> None:
    """A job after the point is gone with its objects; an undo brings both; what is missing is named."""
    begun = now().isoformat()
    trained.succeed("train.sample", "seam", "--nodes", "500")
    kept = trained.succeed("train", "seam", "--epochs", "20", "--json").json["job"]
    before = awaited(lambda: done(trained, kept), 300, "the end of a job")
    point = trained.succeed("backup", "--repo", "local", "--json").json["point"]
    assert point["faults"] == []
    later = trained.succeed("train", "seam", "--epochs", "30", "--json").json["job"]
    after = awaited(lambda: done(trained, later), 300, "the end of a later job")
    count = objects.ask(trained.stack, ["look"])["objects"]

    restored = trained.succeed("restore", "--to-mark", point["name"], "--yes", "--json").json
    assert restored["seams"] == []
    assert [each["job"] for each in trained.succeed("train.jobs", "--json").json if each["job"] >= kept] == [
        kept
    ]
    gone = [[f"training/{later}/model.pt", after["sha256"]]]
    assert objects.ask(trained.stack, ["check"], gone)["missing"] == [gone[0][0]]
    again = trained.succeed("train", "seam", "--epochs", "20", "--json").json["job"]
    anew = awaited(lambda: done(trained, again), 300, "the end of a job after the restore")
    assert anew["sha256"] == before["sha256"]

    trained.succeed("restore.undo", "--yes")
    assert job(trained, later)["sha256"] == after["sha256"]
    assert objects.ask(trained.stack, ["check"], gone)["missing"] == []
    assert objects.ask(trained.stack, ["look"])["objects"] == count

    lost = now().isoformat()
    objects.ask(trained.stack, ["bring-back", begun, lost])
    said = trained.invoke("backup.verify", "--repo", "local")
    assert said.status == 1
    assert f"object training/{kept}/model.pt is not there" in said.words
    objects.ask(trained.stack, ["bring-back", lost, now().isoformat()])
    trained.succeed("backup.verify", "--repo", "local")


def database(deployment: Deployment) -> str:
    """Id of the database's container."""
    labels = [f"{LABEL_STACK}={deployment.name}", f"{LABEL_ROLE}=database"]
    return str(docker.from_env().containers.list(filters={"label": labels})[0].id)

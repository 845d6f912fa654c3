"""One of each kind through the whole of its life, on the real Docker."""

import threading

import pytest

from tests.toolchain.provider.programs import PASSWORD, World, encoded
from tests.toolchain.provider.trial import Trial
from toolchain.provider.call import Call
from toolchain.provider.catalogue import RESOURCES

pytestmark = pytest.mark.platform
Deployed = tuple[Trial, World]
ALL_SAME = {"same": 7}
UNREADABLE = {
    "-secret": {"data"},
    "image": {"build"},
    "service": {"convergeConfig", "taskSpec.containerSpec.env"},
}
"""What Docker does not give back, and what is secret in the state."""


def test_second_preview_and_refresh_are_clean(deployed: Deployed) -> None:
    """Nothing that infra/ uses shows a change that nobody made."""
    trial, world = deployed
    assert trial.preview(world) == ALL_SAME
    assert trial.refresh() == ALL_SAME
    assert trial.preview(world) == ALL_SAME


def test_outputs_are_what_docker_has(deployed: Deployed) -> None:
    """Identities and computed properties are Docker's own."""
    trial, _ = deployed
    api, resources = trial.engine.api, trial.resources()
    image = resources["image"]["outputs"]
    assert image["repoDigest"] == api.inspect_image(f"{trial.name}:local")["Id"]
    assert resources["image"]["id"] == f"{trial.name}:local"
    network = api.inspect_network(f"{trial.name}-net")
    assert resources["network"]["id"] == network["Id"]
    assert resources["network"]["outputs"]["scope"] == "swarm"
    assert (
        resources["network"]["outputs"]["ipamConfigs"][0]["subnet"] == network["IPAM"]["Config"][0]["Subnet"]
    )
    volume = resources["volume"]
    assert volume["id"] == f"{trial.name}-data"
    assert volume["outputs"]["mountpoint"].endswith(f"{trial.name}-data/_data")
    assert volume["outputs"]["driver"] == "local"
    service = api.inspect_service(f"{trial.name}-app")
    assert resources["service"]["id"] == service["ID"]
    assert service["Spec"]["Labels"] == {"trial": "one"}
    assert service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] == image["repoDigest"]


def test_import_reads_full_inputs(deployed: Deployed) -> None:
    """Each kind is read by its identity alone into inputs that differ in nothing from the program's."""
    trial, _ = deployed
    call = Call(trial.engine.api, print, print, threading.Event(), "", {})
    for name, state in trial.resources().items():
        resource = RESOURCES.get(state["type"])
        if resource is None:
            continue
        live = resource.read(state["id"], {}, call)
        assert live is not None, name
        changed = {change.path for change in resource.changes(live.inputs, state["inputs"])}
        assert changed - UNREADABLE.get(name.removeprefix(trial.name), set()) == set(), name
        assert resource.read("0" * 25, {}, call) is None, name


def test_secrets_are_not_in_the_state(deployed: Deployed) -> None:
    """Neither a secret's data nor a secret in a service's environment is readable in Pulumi's files."""
    trial, _ = deployed
    files = [path for path in trial.folder.rglob("*") if path.is_file()]
    said = "".join(path.read_text(errors="replace") for path in files)
    assert PASSWORD not in said
    assert encoded(PASSWORD)[:-4] not in said
    assert trial.name in said
    inspected = trial.engine.api.inspect_service(f"{trial.name}-app")["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert f"PASSWORD={PASSWORD}" in inspected["Env"]


def test_labels_and_replicas_change_in_place(deployed: Deployed) -> None:
    """A label restarts no task; more replicas leave the ones that run alone; fewer come back."""
    trial, world = deployed
    service = f"{trial.name}-app"
    before = trial.tasks(service)
    world.label, world.replicas = "two", 2
    assert trial.up(world) == {"same": 6, "update": 1}
    assert len(trial.tasks(service)) == 2
    assert set(before) < set(trial.tasks(service))
    assert trial.engine.api.inspect_service(service)["Spec"]["Labels"] == {"trial": "two"}
    world.replicas = 1
    trial.up(world)
    assert len(trial.tasks(service)) == 1


def test_drift_by_hand_is_seen_and_repaired(deployed: Deployed) -> None:
    """A scaled service and a removed image are seen by a refresh; the next `up` makes both right."""
    trial, world = deployed
    service = trial.engine.services.get(f"{trial.name}-app")
    service.scale(0)
    trial.engine.api.remove_image(f"{trial.name}:local", force=True)
    seen = trial.refresh()
    assert seen["update"] == 1
    assert seen["delete"] == 1
    trial.up(world)
    assert len(trial.tasks(f"{trial.name}-app")) == 1
    assert trial.engine.api.inspect_image(f"{trial.name}:local")
    assert trial.preview(world) == ALL_SAME


def test_changed_file_shows_in_preview(deployed: Deployed) -> None:
    """Another file in the context is an update of the image and of its service; nothing is built for it."""
    trial, world = deployed
    image = trial.engine.api.inspect_image(f"{trial.name}:local")["Id"]
    (world.context / "file").write_text("two\n")
    assert trial.preview(world) == {"same": 5, "update": 2}
    assert trial.engine.api.inspect_image(f"{trial.name}:local")["Id"] == image
    (world.context / "file").write_text("one\n")
    assert trial.preview(world) == ALL_SAME


def test_config_in_use_is_replaced(deployed: Deployed) -> None:
    """A new config comes first, then the service, then the old config goes."""
    trial, world = deployed
    world.config = "second"
    assert trial.up(world) == {"same": 5, "replace": 1, "update": 1}
    configs = trial.engine.api.configs(filters={"name": trial.name})
    assert [each["Spec"]["Name"][: -len("-1234567")] for each in configs] == [f"{trial.name}-config"]
    assert configs[0]["Spec"]["Data"] == encoded("second")


def test_failing_update_says_why_and_is_repaired(deployed: Deployed) -> None:
    """A health check that fails gives its own words; the old task serves on; the next `up` is whole."""
    trial, world = deployed
    before = trial.tasks(f"{trial.name}-app")
    good = world.health
    world.health = ("sh", "-c", "echo the flux capacitor is cold; exit 3")
    said = trial.fails(world)
    assert "the flux capacitor is cold" in said
    assert set(before) <= set(trial.tasks(f"{trial.name}-app"))
    world.health = good
    trial.up(world)
    assert trial.preview(world) == ALL_SAME

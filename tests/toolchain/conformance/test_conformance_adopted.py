"""What is in Docker already: imported by the identities that the documentation names, and read."""

from typing import Any

import docker.types
import pulumi
import pulumi_docker as sdk
import pytest

from tests.toolchain.conformance.sheet import Sheet
from tests.toolchain.conformance.stage import Stage
from tests.toolchain.provider.programs import IMAGE, SLEEP

pytestmark = pytest.mark.platform
KINDS = ("network", "volume", "config", "service", "container")


def _by_hand(stage: Stage) -> dict[str, str]:
    """One of each, made with Docker's own API; their identities."""
    api: Any = stage.engine.api
    task = docker.types.TaskTemplate(
        docker.types.ContainerSpec(IMAGE, args=list(SLEEP), init=True), resources=None
    )
    host = api.create_host_config(init=True)
    return {
        "network": api.create_network(stage.name, driver="bridge", labels={"trial": "one"})["Id"],
        "volume": api.create_volume(stage.name, labels={"trial": "one"})["Name"],
        "config": api.create_config(stage.name, b"first")["ID"],
        "service": api.create_service(task, stage.name, mode={"Replicated": {"Replicas": 0}})["ID"],
        "container": api.create_container(IMAGE, list(SLEEP), name=stage.name, host_config=host)["Id"],
    }


def _program(stage: Stage, ids: dict[str, str], *, importing: bool) -> None:
    def opts(kind: str) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(import_=ids[kind] if importing else None)

    pair = {"label": "trial", "value": "one"}
    sdk.Network(
        "network",
        name=stage.name,
        driver="bridge",
        labels=[sdk.NetworkLabelArgs(**pair)],
        opts=opts("network"),
    )
    sdk.Volume("volume", name=stage.name, labels=[sdk.VolumeLabelArgs(**pair)], opts=opts("volume"))
    sdk.ServiceConfig("config", name=stage.name, data="Zmlyc3Q=", opts=opts("config"))
    sdk.Service(
        "service",
        name=stage.name,
        mode=sdk.ServiceModeArgs(replicated=sdk.ServiceModeReplicatedArgs(replicas=0)),
        task_spec=sdk.ServiceTaskSpecArgs(
            container_spec=sdk.ServiceTaskSpecContainerSpecArgs(image=IMAGE, args=list(SLEEP), init=True)
        ),
        opts=opts("service"),
    )
    sdk.Container(
        "container",
        name=stage.name,
        image=IMAGE,
        command=list(SLEEP),
        init=True,
        must_run=False,
        opts=opts("container"),
    )


def test_import_and_get(stage: Stage, sheet: Sheet) -> None:
    """`import_` takes each over and the next preview changes nothing; `.get()` reads what is not owned."""
    ids = _by_hand(stage)
    done = stage.deploy(lambda: _program(stage, ids, importing=True))
    sheet.compare("up with import_", dict.fromkeys(KINDS, "import"), done, all_of_it=True)
    sheet.compare("identity of", ids, {kind: stage.outputs(kind)["id"] for kind in KINDS})
    after = stage.plan(lambda: _program(stage, ids, importing=False))
    sheet.compare("preview after import", dict.fromkeys(KINDS, "same"), after, all_of_it=True)

    def reading() -> None:
        _program(stage, ids, importing=False)
        pulumi.export("driver", sdk.Network.get("theirs", ids["network"]).driver)
        pulumi.export("mountpoint", sdk.Volume.get("their-volume", ids["volume"]).mountpoint)

    read = stage.deploy(reading)
    sheet.note(".get() of a network", "read", read.get("theirs"))
    exported = stage.exports()
    there = stage.engine.api.inspect_volume(stage.name)
    sheet.compare("read", {"driver": "bridge", "mountpoint": there["Mountpoint"]}, exported)
    kept = stage.engine.api.create_volume(f"{stage.name}-cli", labels={"trial": "two"})["Name"]
    said = stage.command("import", "docker:index/volume:Volume", "other", kept, "--yes", "--protect=false")
    sheet.note("pulumi import says what to write", True, "docker.Volume(" in said and kept in said)
    sheet.note("identity of an import by command", kept, stage.outputs("other")["id"])
    stage.stack.destroy()
    sheet.note("nothing is left", [], stage.left())
    sheet.settle()

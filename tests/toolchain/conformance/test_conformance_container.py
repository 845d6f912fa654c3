"""docker.Container, docker.RemoteImage and the functions that look things up."""

import pulumi
import pulumi_docker as docker
import pytest

from tests.toolchain.conformance.sheet import Sheet
from tests.toolchain.conformance.stage import OLD_FIRST, Stage
from tests.toolchain.provider.programs import IMAGE, SLEEP

pytestmark = pytest.mark.platform


class Program:
    """One container on a network of its own, of an image that is on the host."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.command = list(SLEEP)
        self.memory = 64
        self.label = "one"

    def __call__(self) -> None:
        """The program."""
        image = docker.RemoteImage("image", name=IMAGE, keep_locally=True)
        docker.Tag("tag", source_image=IMAGE, target_image=f"{self.name}:tag")
        network = docker.Network("network", name=f"{self.name}-net")
        container = docker.Container(
            "container",
            name=f"{self.name}-box",
            image=image.image_id,
            command=self.command,
            envs=["COLOUR=blue"],
            memory=self.memory,
            must_run=True,
            labels=[docker.ContainerLabelArgs(label="trial", value=self.label)],
            ports=[docker.ContainerPortArgs(internal=80, ip="127.0.0.1")],
            volumes=[docker.ContainerVolumeArgs(volume_name=f"{self.name}-data", container_path="/data")],
            networks_advanced=[docker.ContainerNetworksAdvancedArgs(name=network.name, aliases=["box"])],
            uploads=[docker.ContainerUploadArgs(file="/etc/greeting", content="hello\n")],
        )
        pulumi.export("address", container.network_datas[0].ip_address)
        pulumi.export("digest", docker.get_remote_image_output(name=IMAGE).repo_digest)
        pulumi.export("bridge", docker.get_network_output(name="bridge").driver)


def _effects(stage: Stage, sheet: Sheet) -> None:
    there = stage.engine.api.inspect_container(f"{stage.name}-box")
    image = stage.engine.api.inspect_image(IMAGE)
    endpoint = there["NetworkSettings"]["Networks"]
    state = stage.outputs("container")
    expected = {"id": there["Id"], "name": f"{stage.name}-box", "mustRun": True, "restart": "no", "rm": False}
    sheet.compare("container", {**expected, "memory": 64, "networkMode": "bridge", "start": True}, state)
    sheet.note("container: its networks", [f"{stage.name}-net"], list(endpoint))
    sheet.note("container: hostname", there["Config"]["Hostname"], state.get("hostname"))
    sheet.note("container: limit in Docker", 64 * 1024 * 1024, there["HostConfig"]["Memory"])
    sheet.note("container: variable in Docker", True, "COLOUR=blue" in there["Config"]["Env"])
    port = there["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"]
    sheet.note(
        "container: port that Docker chose", [int(port)], [each["external"] for each in state["ports"]]
    )
    exported = stage.exports()
    address = endpoint[f"{stage.name}-net"]["IPAddress"]
    sheet.compare("exports", {"address": address, "bridge": "bridge", "digest": image["Id"]}, exported)
    tag = {"id": f"{IMAGE}.{stage.name}:tag", "sourceImageId": image["Id"]}
    sheet.compare("tag", tag, stage.outputs("tag"))
    remote = stage.outputs("image")
    sheet.compare("image", {"id": f"{image['Id']}{IMAGE}", "imageId": image["Id"]}, remote)
    run = stage.engine.api.exec_create(there["Id"], ["cat", "/etc/greeting"])
    sheet.note("container: the file in it", b"hello\n", stage.engine.api.exec_start(run["Id"]))


def test_container(stage: Stage, sheet: Sheet) -> None:
    """Made, limited in place, replaced, stopped and removed by hand."""
    program, api = Program(stage.name), stage.engine.api
    rest = {"image": "same", "network": "same", "tag": "same"}
    made = stage.deploy(program)
    sheet.compare(
        "up", dict.fromkeys(("image", "tag", "network", "container"), "create"), made, all_of_it=True
    )
    _effects(stage, sheet)
    sheet.compare("second preview", {**rest, "container": "same"}, stage.plan(program))
    before = stage.outputs("container")["id"]
    program.memory = 96
    sheet.note("another limit", "update", stage.deploy(program).get("container"))
    sheet.note("it is the same container", before, stage.outputs("container")["id"])
    sheet.note("its limit", 96 * 1024 * 1024, api.inspect_container(before)["HostConfig"]["Memory"])
    program.command, program.label = ["sleep", "1000"], "two"
    sheet.note("another command and label", OLD_FIRST, stage.deploy(program).get("container"))
    _by_hand(stage, sheet, program)
    stage.stack.destroy()
    sheet.note("left in Docker", [], api.containers(all=True, filters={"name": f"{stage.name}-box"}))
    sheet.note("the image is kept", IMAGE, api.inspect_image(IMAGE)["RepoTags"][0])
    sheet.settle()


def _by_hand(stage: Stage, sheet: Sheet, program: Program) -> None:
    api = stage.engine.api
    identity = stage.outputs("container")["id"]
    api.stop(identity, timeout=0)
    sheet.note("refresh after docker stop", "update", stage.look().get("container"))
    sheet.note("up after it", "update", stage.deploy(program).get("container"))
    sheet.note("it runs again", True, api.inspect_container(identity)["State"]["Running"])
    api.remove_container(identity, force=True)
    sheet.note("refresh after docker rm", "delete", stage.look().get("container"))
    sheet.note("up after that", "create", stage.deploy(program).get("container"))

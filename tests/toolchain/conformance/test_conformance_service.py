"""A Swarm service: outputs, drift of each kind by hand, a new config under it."""

import base64
from typing import Any

import pulumi
import pulumi_docker as docker
import pytest

from tests.toolchain.conformance.sheet import Sheet
from tests.toolchain.conformance.stage import NEW_FIRST, OLD_FIRST, Stage, labels
from tests.toolchain.provider.programs import IMAGE, SLEEP

pytestmark = pytest.mark.platform


class Program:
    """A service that sees a config as a file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.data = "first"
        self.replicas = 1
        self.colour = "blue"
        self.firm = False

    def __call__(self) -> None:
        """The program."""
        data = base64.b64encode(self.data.encode()).decode()
        config = docker.ServiceConfig(
            f"{self.name}-config",
            data=data,
            opts=pulumi.ResourceOptions(delete_before_replace=self.firm or None),
        )
        container = docker.ServiceTaskSpecContainerSpecArgs(
            image=IMAGE,
            args=list(SLEEP),
            env={"COLOUR": self.colour},
            init=True,
            sysctl={},
            stop_grace_period="1s",
            configs=[
                docker.ServiceTaskSpecContainerSpecConfigArgs(
                    config_id=config.id, config_name=config.name, file_name="/etc/app.conf"
                )
            ],
        )
        docker.Service(
            "service",
            name=f"{self.name}-app",
            labels=[docker.ServiceLabelArgs(label="trial", value="firm" if self.firm else "one")],
            mode=docker.ServiceModeArgs(replicated=docker.ServiceModeReplicatedArgs(replicas=self.replicas)),
            endpoint_spec=docker.ServiceEndpointSpecArgs(mode="dnsrr"),
            update_config=docker.ServiceUpdateConfigArgs(monitor="1s"),
            converge_config=docker.ServiceConvergeConfigArgs(delay="1s", timeout="30s"),
            task_spec=docker.ServiceTaskSpecArgs(
                container_spec=container,
                restart_policy=docker.ServiceTaskSpecRestartPolicyArgs(
                    condition="any", delay="1s", window="0s"
                ),
            ),
            opts=pulumi.ResourceOptions(replace_on_changes=["labels"] if self.firm else None),
        )


def test_service(stage: Stage, sheet: Sheet) -> None:
    """Made, drifted, mended; a changed config is replaced under the service."""
    program, config = Program(stage.name), f"{stage.name}-config"
    all_new = {config: "create", "service": "create"}
    sheet.compare("up", all_new, stage.deploy(program), all_of_it=True)
    there = stage.engine.api.inspect_service(f"{stage.name}-app")
    state = stage.outputs("service")
    sheet.compare("service", {"id": there["ID"], "name": f"{stage.name}-app"}, state)
    sheet.note("service: mode", 1, state["mode"]["replicated"]["replicas"])
    sheet.note("service: labels", {"trial": "one"}, labels(state))
    sheet.note("service: endpoint", "dnsrr", state["endpointSpec"]["mode"])
    sheet.compare("second preview", dict.fromkeys(all_new, "same"), stage.plan(program), all_of_it=True)
    _drift(stage, sheet, program)
    program.data = "second"
    changed = {config: NEW_FIRST, "service": "update"}
    sheet.compare("up with another config", changed, stage.deploy(program), all_of_it=True)
    sheet.note("one config is left", 1, len(stage.engine.api.configs(filters={"name": stage.name})))
    sheet.note("it is the same service", there["ID"], stage.outputs("service")["id"])
    program.data, program.firm = "third", True
    wanted = {config: OLD_FIRST, "service": OLD_FIRST}
    sheet.compare("delete_before_replace and replace_on_changes", wanted, stage.plan(program))
    sheet.settle()


def _drift(stage: Stage, sheet: Sheet, program: Program) -> None:
    """Scale, label and variable changed by hand, all at once."""
    found: dict[str, Any] = stage.engine.api.inspect_service(f"{stage.name}-app")
    spec, task = found["Spec"], found["Spec"]["TaskTemplate"]
    task["ContainerSpec"]["Env"] = ["COLOUR=red"]
    stage.engine.api.update_service(
        found["ID"],
        version=found["Version"]["Index"],
        name=spec["Name"],
        task_template=task,
        labels={"trial": "by hand"},
        mode={"Replicated": {"Replicas": 2}},
        endpoint_spec=spec["EndpointSpec"],
        update_config=spec["UpdateConfig"],
        rollback_config=spec.get("RollbackConfig"),
    )
    sheet.note("refresh after three changes by hand", "update", stage.look().get("service"))
    state = stage.outputs("service")
    sheet.note("the label by hand is in the state", {"trial": "by hand"}, labels(state))
    sheet.note("the scale by hand is in the state", 2, state["mode"]["replicated"]["replicas"])
    container = state["taskSpec"]["containerSpec"]
    sheet.note("the variable by hand is in the state", {"COLOUR": "red"}, container["env"])
    sheet.note("up after it", "update", stage.deploy(program).get("service"))
    mended = stage.engine.api.inspect_service(found["ID"])["Spec"]
    sheet.note("label is mended", {"trial": "one"}, mended["Labels"])
    sheet.note("scale is mended", 1, mended["Mode"]["Replicated"]["Replicas"])
    sheet.note("variable is mended", ["COLOUR=blue"], mended["TaskTemplate"]["ContainerSpec"]["Env"])
    sheet.note("refresh when all is well", "same", stage.look().get("service"))

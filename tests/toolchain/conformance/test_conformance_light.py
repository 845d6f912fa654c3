"""Networks, volumes, configs and secrets: previews, identities, outputs, drift, options, state commands."""

import re

import pytest

from tests.toolchain.conformance.light import FIRST, SECOND, Light
from tests.toolchain.conformance.sheet import Sheet
from tests.toolchain.conformance.stage import NEW_FIRST, OLD_FIRST, Stage, labels

pytestmark = pytest.mark.platform


def _all(stage: Stage, word: str, **different: str) -> dict[str, str]:
    names = (
        "network",
        "volume",
        f"{stage.name}-config",
        f"{stage.name}-secret",
        "named",
        f"{stage.name}-auto",
    )
    return {**dict.fromkeys(names, word), **different}


def _effects(stage: Stage, sheet: Sheet) -> None:
    """Identities and outputs are Docker's own."""
    api = stage.engine.api
    network, volume = stage.outputs("network"), stage.outputs("volume")
    there = api.inspect_network(f"{stage.name}-net")
    sheet.compare(
        "network",
        {
            "id": there["Id"],
            "name": there["Name"],
            "driver": "bridge",
            "internal": True,
            "scope": "local",
            "ipamDriver": "default",
            "options": {},
        },
        network,
    )
    sheet.note("network: labels in Docker", {"trial": "one"}, there["Labels"])
    sheet.note("network: labels", {"trial": "one"}, labels(network))
    subnet = there["IPAM"]["Config"][0]["Subnet"]
    sheet.note("network: subnet", [subnet], [each["subnet"] for each in network["ipamConfigs"]])
    held = api.inspect_volume(f"{stage.name}-data")
    sheet.compare("volume", {"id": held["Name"], "driver": "local", "mountpoint": held["Mountpoint"]}, volume)
    for kind in ("config", "secret"):
        state = stage.outputs(f"{stage.name}-{kind}")
        pattern = rf"{stage.name}-{kind}-[0-9a-f]{{7}}"
        sheet.note(f"{kind}: name made", True, re.fullmatch(pattern, str(state.get("name"))) is not None)
        found = getattr(api, f"inspect_{kind}")(state["id"])
        sheet.note(f"{kind}: id", found["ID"], state["id"])
        sheet.note(f"{kind}: name in Docker", state.get("name"), found["Spec"]["Name"])
    sheet.note("config: data", FIRST, stage.outputs(f"{stage.name}-config").get("data"))
    data = stage.outputs(f"{stage.name}-secret").get("data")
    sheet.note("secret: data is encrypted in the state", True, "ciphertext" in str(data))


def test_made_changed_and_drifted(stage: Stage, sheet: Sheet) -> None:
    """From nothing to all there; what each change would do; what a hand changed is seen and made right."""
    program = Light(stage.name)
    sheet.compare("preview of all", _all(stage, "create"), stage.plan(program), all_of_it=True)
    sheet.compare("up of all", _all(stage, "create"), stage.deploy(program), all_of_it=True)
    _effects(stage, sheet)
    sheet.compare("second preview", _all(stage, "same"), stage.plan(program), all_of_it=True)
    changed = {
        "network": OLD_FIRST,
        "volume": OLD_FIRST,
        "named": OLD_FIRST,
        f"{stage.name}-config": NEW_FIRST,
        f"{stage.name}-secret": NEW_FIRST,
    }
    program.label, program.data = "two", SECOND
    sheet.compare("preview of a change of all", _all(stage, "same", **changed), stage.plan(program))
    program.ignoring, program.data = ["labels"], FIRST
    sheet.compare("labels ignored", _all(stage, "same"), stage.plan(program))
    program.ignoring, program.label = [], "one"
    _drift(stage, sheet, program)
    sheet.settle()


def _drift(stage: Stage, sheet: Sheet, program: Light) -> None:
    api = stage.engine.api
    api.remove_network(f"{stage.name}-net")
    api.remove_volume(f"{stage.name}-data")
    api.remove_config(stage.outputs("named")["id"])
    gone = {"network": "delete", "volume": "delete", "named": "delete"}
    sheet.compare("refresh", _all(stage, "same", **gone), stage.look(), all_of_it=True)
    back = dict.fromkeys(gone, "create")
    sheet.compare("preview after it", _all(stage, "same", **back), stage.plan(program), all_of_it=True)
    sheet.compare("up after it", _all(stage, "same", **back), stage.deploy(program), all_of_it=True)
    sheet.note("the network is back", f"{stage.name}-net", api.inspect_network(f"{stage.name}-net")["Name"])
    sheet.compare("refresh when all is well", _all(stage, "same"), stage.look(), all_of_it=True)


def test_options_and_state_commands(stage: Stage, sheet: Sheet) -> None:
    """Target, protect, alias, retain, replace; `pulumi state` and `pulumi stack export/import`."""
    program = Light(stage.name, gone=frozenset({"config", "secret", "network"}), protected=True)
    stage.deploy(program)
    targets = [f"urn:pulumi:{stage.name}::provider::docker:index/serviceConfig:ServiceConfig::named"]
    program.data, program.label = SECOND, "two"
    found = stage.plan(program, target=targets)
    sheet.note("preview with --target", OLD_FIRST, found.get("named"))
    sheet.note("what is not a target", "same", found.get("volume", "same"))
    program.data, program.label = FIRST, "one"
    said = stage.refused("destroy")
    sheet.note("destroy of what is protected is refused", True, "protect" in said)
    program.protected, program.renamed = False, True
    sheet.note("an alias keeps the volume", "same", stage.deploy(program).get("vessel"))
    _state(stage, sheet, program)
    program.retained = True
    stage.deploy(program)
    program.gone |= {"volume"}
    sheet.note("retained on delete", "delete", stage.deploy(program).get("vessel"))
    kept = [
        each["Name"] for each in stage.engine.api.volumes(filters={"name": f"{stage.name}-data"})["Volumes"]
    ]
    sheet.note("it is still in Docker", [f"{stage.name}-data"], kept)
    sheet.settle()


def _state(stage: Stage, sheet: Sheet, program: Light) -> None:
    kind = "docker:index/volume:Volume"
    urn = f"urn:pulumi:{stage.name}::provider::{kind}::{stage.name}-auto"
    before = stage.outputs(f"{stage.name}-auto")["id"]
    exported = stage.stack.export_stack()
    stage.command("state", "delete", urn, "--yes")
    sheet.note("state delete forgets it", {"id": None}, stage.outputs(f"{stage.name}-auto"))
    sheet.note("and leaves it in Docker", before, stage.engine.api.inspect_volume(before)["Name"])
    stage.stack.import_stack(exported)
    sheet.note("stack import brings it back", "same", stage.plan(program).get(f"{stage.name}-auto"))
    stage.command("state", "rename", urn, "other", "--yes")
    sheet.note("state rename", before, stage.outputs("other")["id"])

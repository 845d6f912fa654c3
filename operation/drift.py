"""Whether somebody changed the stack's Docker objects by hand since the last deployment.

Pulumi compares the program with its state, not with Docker, unless it refreshes, which takes seconds. The
versions that Swarm counts up at each change tell in milliseconds whether a refresh is needed.
"""

import json

from operation.containers import client
from operation.custodian import write_private
from operation.stack import Stack

FILE = "deployed.json"


def fingerprint(stack: Stack) -> dict[str, str]:
    """Each object under the stack's label with its version; a scratch is not part of a deployment."""
    engine = client()
    label = {"label": f"bem.stack={stack.name}"}
    found = {each["Name"]: "" for each in engine.api.volumes(filters=label)["Volumes"] or []}
    for each in (*engine.api.services(filters=label), *engine.api.configs(filters=label)):
        found[each["ID"]] = str(each["Version"]["Index"])
    for each in (*engine.api.secrets(filters=label), *engine.api.networks(filters=label)):
        found[each.get("ID") or each["Id"]] = ""
    return found


def drifted(stack: Stack) -> bool:
    """Whether objects that were there after the last deployment are gone or changed; more are no drift."""
    try:
        before = json.loads((stack.folder / FILE).read_text())
    except (OSError, ValueError):
        return True
    now = fingerprint(stack)
    return any(now.get(name) != version for name, version in before.items())


def remember(stack: Stack) -> None:
    """Notes how Docker is after a deployment."""
    write_private(stack.make_folder() / FILE, json.dumps(fingerprint(stack)).encode())

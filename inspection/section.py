"""Sections of a compose file, as they come again and again; pure."""

import base64
from collections.abc import Mapping
from typing import Any

from inspection.declared import Declared

LABEL_COMPOSE, LABEL_ROLE = "bem.compose", "bem.role"
"""Not `bem.stack`: no task of ours shall take a laptop's container for the stack's."""

Section = dict[str, Any]  # of a compose file


def common(stack: str, role: str, user: str) -> Section:
    """What every service has: its uid, no capability, a root that cannot be written, labels."""
    return {
        "user": user,
        "read_only": True,
        "cap_drop": ["ALL"],
        "labels": {LABEL_COMPOSE: stack, LABEL_ROLE: role},
    }


def content(each: Declared) -> str:
    """What a config or a secret holds."""
    data = each.inputs["data"]
    text = data["value"] if isinstance(data, dict) else data  # Pulumi wraps what is secret
    return base64.b64decode(text).decode()


def volume(source: str, target: str, *, read_only: bool = False) -> Section:
    """A mount of a volume."""
    mount: Section = {"type": "volume", "source": source, "target": target}
    return {**mount, "read_only": True} if read_only else mount


def memory(target: str, size: int = 0, mode: int = 0o1777) -> Section:
    """A mount of memory, of so many bytes; 0 for as many as there are."""
    return {"type": "tmpfs", "target": target, "tmpfs": {**({"size": size} if size else {}), "mode": mode}}


def ports(inputs: Mapping[str, Any]) -> list[str]:
    """What a service publishes on the host."""
    found = inputs.get("endpointSpec", {}).get("ports", [])
    return [f"{int(each['publishedPort'])}:{int(each['targetPort'])}" for each in found]

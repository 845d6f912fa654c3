"""Pulumi's state of the stack: whole, and with the passphrase that opens it."""

import json
from pathlib import Path

from operation.custodian import PULUMI_PASSPHRASE
from operation.pulumi_state import is_whole, state_path
from operation.stack import Stack
from toolchain.checks.check import Check, healthy, unhealthy

NAME = "Pulumi's state"


def look(stack: Stack) -> list[Check]:
    """How it is; only read."""
    return [verdict(state_path(stack), stack.folder / "secrets" / PULUMI_PASSPHRASE, stack.name)]


def verdict(state: Path, passphrase: Path, name: str) -> Check:
    """Whether the next deployment can go on from it."""
    if not state.exists():
        return healthy(NAME, "none yet")
    if not is_whole(state):
        return unhealthy(
            NAME,
            f"{state.name} is cut short",
            f"`./ops up --stack {name}` puts the newest whole copy in its place",
        )
    if not passphrase.exists() or not passphrase.read_text().strip():
        remedy = f"bring {passphrase.name} back from its copy into .ops/{name}/secrets, mode 0600"
        return unhealthy(NAME, "its passphrase is gone", remedy)
    return healthy(NAME, f"whole, {_resources(state)} resources")


def _resources(state: Path) -> int:
    latest = (json.loads(state.read_text())["checkpoint"] or {}).get("latest") or {}
    return len(latest.get("resources") or ())

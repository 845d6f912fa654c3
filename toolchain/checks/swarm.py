"""The Swarm that this host is in: only looked at; set-up makes one where there is none, and leaves none."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from toolchain import swarm
from toolchain.checks.check import Check, healthy, warning

NAME = "Swarm's shape"


def membership(info: Mapping[str, Any], now: datetime | None = None) -> Check | None:
    """What is worth knowing of a Swarm that can be used; None when the part `Swarm` says why it cannot."""
    state = info.get("Swarm") or {}
    if not swarm.verdict(NAME, state).healthy:
        return None
    managers, address = int(state.get("Managers") or 1), str(state.get("NodeAddr") or "")
    ours = address == swarm.ADVERTISED
    found = f"manager at {address or 'an unknown address'}, {managers} of {state.get('Nodes', 1)} manage"
    found += "; as set-up makes it" if ours else "; made or joined by hand"
    born = _moment(str((state.get("Cluster") or {}).get("CreatedAt") or ""))
    if born and born > (now or datetime.now(UTC)):
        return warning(NAME, found, f"it was made in the future ({born:%Y-%m-%d %H:%M} UTC): set the clock")
    if managers > 1 and managers % 2 == 0:
        return warning(
            NAME, found, "an even number of managers survives no more than one fewer: add or demote one"
        )
    return healthy(NAME, found)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
    except ValueError:
        return None

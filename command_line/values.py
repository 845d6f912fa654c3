"""The words that an option takes, where they are few and known without asking anybody."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVICES = (
    "database",
    "load-balancer",
    "object-store",
    "api",
    "cache",
    "realtime",
    "pulse",
    "training",
    "prometheus",
    "alertmanager",
    "database-exporter",
    "cache-exporter",
    "node-exporter",
    "blackbox-exporter",
    "console",
    "wal-receiver",
)
PARTIES = (*SERVICES, "migrations")
"""Written here and not imported: a person waits for completion. A test compares each list with its origin."""
REPOSITORIES = ("local", "s3")
TYPES = ("full", "diff", "incr")
OUTCOMES = ("succeeded", "unchanged", "failed", "interrupted")
SHELLS = ("bash", "zsh", "fish")
SCOPES = ("items:read", "items:write", "pulses:write", "realtime", "status:read")


def stacks(root: Path = ROOT) -> list[str]:
    """Names of the stacks that have a file."""
    return sorted(path.name.split(".")[1] for path in root.glob("Pulumi.*.yaml"))


def runbooks(root: Path = ROOT) -> list[str]:
    """Names of the disasters that are written down."""
    return sorted(path.stem for path in (root / "runbooks").glob("*.md"))


VALUES: Mapping[str, Callable[[], Sequence[str]]] = {
    "stack": stacks,
    "destroy-data": stacks,
    "type": lambda: TYPES,
    "repo": lambda: REPOSITORIES,
    "service": lambda: (*SERVICES, "all"),
    "party": lambda: PARTIES,
    "drill name": runbooks,
    "outcome": lambda: OUTCOMES,
    "scope": lambda: SCOPES,
    "shell": lambda: (*SHELLS, "all"),
}
"""By the option's name; where another task means something else by it, by task and name."""


def values(task: str, option: str) -> Sequence[str]:
    """What may stand there; empty where anything may."""
    found = VALUES.get(f"{task.partition('.')[0]} {option}") or VALUES.get(option)
    return found() if found else ()

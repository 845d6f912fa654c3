"""Looking at every part of a restored database: heaps, indexes, pages, and the operator's own statements."""

import re
from pathlib import Path
from typing import Any

from backups.engine import query
from operation.containers import execute
from operation.failure import Failure
from operation.stack import Stack

QUERIES = "verify.sql"
"""The operator's own statements, in `backups/`: one that fails or says false fails the proof."""
TOKEN = re.compile(
    r"""(?xs) --[^\n]* | /\*.*?\*/ | '(?:[^']|'')*' | "[^"]*" | \$\w*\$.*?\$\w*\$ | ; | [^;'"$/-]+ | ."""
)
AMCHECK = (
    "pg_amcheck",
    "--all",
    "--install-missing",
    "--no-strict-names",
    "--jobs=2",
    "--heapallindexed",
    "--parent-check",
)
"""Every heap with its TOAST, every B-tree from its root down, and for each row its entries in each B-tree.

It wants a database that can be written: the check of parents locks, and a standby cannot."""
LAST_WORDS = 500
"""Characters that are kept of what a tool said."""


def structures(target: Any) -> list[str]:
    """What amcheck finds wrong in heaps and B-trees of a running server."""
    output = execute(target, AMCHECK)
    return [] if output.status == 0 else [f"amcheck: {_last(output.stdout + output.stderr)}"]


def pages(target: Any) -> list[str]:
    """Pages of a stopped server whose checksum is wrong."""
    output = execute(target, ["pg_checksums", "--check", "-D", "/cluster/pgdata"])
    return [] if output.status == 0 else [f"checksums: {_last(output.stdout + output.stderr)}"]


def answers(stack: Stack, target: Any) -> list[str]:
    """The operator's statements that fail or say false."""
    path = Path(stack.root) / "backups" / QUERIES
    problems = []
    for statement in statements(path.read_text()) if path.exists() else []:
        try:
            answer = query(target, statement, "bem")
        except Failure as failure:
            problems.append(failure.what)
            continue
        if answer.splitlines()[-1:] == ["f"]:
            problems.append(f"{QUERIES}: «{statement}» says false")
    return problems


def statements(text: str) -> list[str]:
    """The statements of a file; semicolons in quotes, functions' bodies and comments part nothing."""
    found = [""]
    for part in TOKEN.findall(text):
        if part == ";":
            found.append("")
        elif not part.startswith(("--", "/*")):
            found[-1] += part
    return [each.strip() for each in found if each.strip()]


def _last(words: str) -> str:
    return words.strip()[-LAST_WORDS:]

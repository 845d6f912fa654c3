"""Proof by restore: a backup counts when a database has come out of it."""

import json
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backups import lineage, recovery, server
from backups.catalog import read_catalog
from backups.engine import REPOSITORIES, query
from backups.plan import Plan, plans
from backups.proof import Facts, gather
from backups.scratch import remove_volume, scratch
from backups.target import Target
from operation.containers import execute
from operation.custodian import write_private
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

QUERIES = "verify.sql"
"""The operator's own statements, in `backups/`: one that fails or says false fails the proof."""
TOKEN = re.compile(
    r"""(?xs) --[^\n]* | /\*.*?\*/ | '(?:[^']|'')*' | "[^"]*" | \$\w*\$.*?\$\w*\$ | ; | [^;'"$/-]+ | ."""
)


@dataclass(frozen=True)
class Proof:
    """The verdict on one repository.

    Attributes:
        at: when it ended.
        repository: `local` or `s3`.
        label: the backup that was restored.
        recovered_to: newest second in the restored database.
        seconds: of the whole restore and recovery.
        rows: exact rows by table.
        problems: what was found wrong; empty is good.
    """

    at: datetime
    repository: str
    label: str
    recovered_to: datetime | None
    seconds: float
    rows: dict[str, int]
    problems: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.problems


def verify(stack: Stack, repository: int, progress: Progress) -> Proof:
    """Restores the newest backup of one repository with all its WAL into a scratch, and looks at every page.

    Raises:
        Failure: when it cannot be restored at all.
    """
    volume = stack.object_name(f"scratch-{secrets.token_hex(3)}")
    started = datetime.now(UTC)
    try:
        with (
            scratch(stack, volume) as target,
            progress.step(f"restore from {REPOSITORIES[repository]}") as say,
        ):
            plan = _plan(stack, target, repository)
            recovery.fill(target, stack.settings.backups.stanza, plan, stack.settings.backups.processes)
            say("replaying WAL")
            facts, problems = _examine(stack, target, say)
    finally:
        remove_volume(volume)
    ended = datetime.now(UTC)
    name = REPOSITORIES[repository]
    seconds = round((ended - started).total_seconds(), 1)
    proof = Proof(ended, name, plan.backup.label, facts.heartbeat, seconds, facts.rows, tuple(problems))
    _keep(stack, proof)
    return proof


def newest(stack: Stack) -> dict[str, dict[str, Any]]:
    """The newest proof of each repository, as it was kept."""
    found = {}
    for path in sorted((stack.folder / "proofs").glob("*.json")):
        content = json.loads(path.read_text())
        found[content["repository"]] = content
    return found


def _plan(stack: Stack, target: Any, repository: int) -> Plan:
    catalog = read_catalog(target, stack.settings.backups.stanza, lineage.recorded(stack))
    try:
        return plans(Target(latest=True), catalog, datetime.now(UTC), repository)[0]
    except Failure as failure:
        words = catalog.silent.get(repository, failure.what)
        raise Failure(
            f"repository {REPOSITORIES[repository]} cannot be restored from: {words}",
            "a disaster now would have to be mended from the other repository.",
            f"`invoke backup --repo {REPOSITORIES[repository]}`, then verify again.",
        ) from failure


def _examine(stack: Stack, target: Any, say: Any) -> tuple[Facts, list[str]]:
    server.start(target, options=("archive_mode=off",))
    recovery.wait_for_end(target)
    say("counting rows and checking indexes")
    facts = gather(target, count=True)
    problems = [] if facts.checksums else ["data pages carry no checksums"]
    problems += _amcheck(target) + _queries(stack, target)
    server.stop(target)
    say("checking every page")
    return facts, problems + _pages(target)


def _amcheck(target: Any) -> list[str]:
    argv = ["pg_amcheck", "--all", "--install-missing", "--no-strict-names", "--jobs=2"]
    argv += ["--heapallindexed", "--parent-check"]
    output = execute(target, argv)
    return [] if output.status == 0 else [f"amcheck: {(output.stdout + output.stderr).strip()[-500:]}"]


def _queries(stack: Stack, target: Any) -> list[str]:
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


def _pages(target: Any) -> list[str]:
    output = execute(target, ["pg_checksums", "--check", "-D", "/cluster/pgdata"])
    return [] if output.status == 0 else [f"checksums: {(output.stdout + output.stderr).strip()[-500:]}"]


def _keep(stack: Stack, proof: Proof) -> None:
    content = {**asdict(proof), "at": proof.at.isoformat(), "good": proof.good}
    content["recovered_to"] = proof.recovered_to.isoformat() if proof.recovered_to else None
    path = stack.make_folder("proofs") / f"{proof.at.strftime('%Y%m%dT%H%M%S')}-{proof.repository}.json"
    write_private(path, json.dumps(content, indent=1, default=str).encode())

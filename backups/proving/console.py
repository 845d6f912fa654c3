"""Proofs as they are asked for from the command line."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from backups.engine import repositories
from backups.move import settle
from backups.passphrase.journal import remind
from backups.proving import proof_listing, proofs
from backups.proving.proof_announcement import try_to_announce
from backups.proving.verify import Proof
from backups.proving.verify import verify as run_verify
from operation import signature
from operation.failure import Failure, refusal
from operation.mutation import mutation
from operation.progress import Progress, progress_of
from operation.stack import Stack, stack_named


def verify(name: str, repo: str, *, as_json: bool) -> None:
    """Proves the newest backups and prints the verdicts.

    Raises:
        Failure: when one is not good.
    """
    stack = stack_named(name)
    numbers = repositories(repo)
    progress = progress_of(stack, "backup.verify", quiet=as_json)
    with mutation(stack, "backup.verify") as outcome:
        settle(stack, progress)
        remind(stack, progress)
        proven = prove(Stack(stack.name, stack.root), numbers, progress)
        outcome.detail = detail(proven)
    if as_json:
        print(json.dumps(content(proven), indent=1, default=str))
    for line in [] if as_json else verdicts(proven):
        print(line)
    judge(proven)


def prove(stack: Stack, numbers: Sequence[int], progress: Progress) -> list[Proof]:
    """A proof of each of these repositories in turn, whatever comes out; needs the stack's lock."""
    proven = [run_verify(stack, number, progress) for number in numbers]
    try_to_announce(stack, progress)
    return proven


def judge(proven: Sequence[Proof]) -> None:
    """Ends well when all are good.

    Raises:
        Failure: when one is not.
    """
    bad = [each.repository for each in proven if not each.good]
    if bad:
        raise Failure(
            f"the backup in {' and '.join(bad)} is not good.",
            "it must not be relied on.",
            "`invoke status` says whether WAL gets there; `invoke backup --type full`, then verify.",
        )


def verdicts(proven: Sequence[Proof]) -> list[str]:
    """A line for each."""
    return [_verdict(each) for each in proven]


def content(proven: Sequence[Proof]) -> list[dict[str, object]]:
    """For JSON."""
    return [{**asdict(each), "good": each.good} for each in proven]


def detail(proven: Sequence[Proof]) -> str:
    """For the audit line."""
    return ", ".join(f"{each.repository}: {'good' if each.good else 'not good'}" for each in proven)


def listing(name: str, *, as_json: bool) -> None:
    """Prints all proofs and whether their signatures hold; what was changed first.

    Raises:
        Failure: when something was changed or is gone, after everything was printed.
    """
    stack = stack_named(name)
    kept, now = proofs.read(stack), datetime.now(UTC)
    if as_json:
        print(json.dumps(proof_listing.content(stack, kept, now), indent=1))
    else:
        for line in [*(f"✗ {each}" for each in kept.faults), *proof_listing.lines(stack, kept, now)]:
            print(line)
    if kept.faults:
        raise Failure(
            f"{len(kept.faults)} thing(s) wrong with the proofs of stack {stack.name}; see above.",
            "what they say may be what somebody else wrote.",
            f"bring {stack.folder / proofs.FOLDER} back from its copy; or move it away, and verify anew.",
        )


def check(name: str, path: Path, *, as_json: bool) -> None:
    """Checks one file against its signature and the stack's key.

    Raises:
        Failure: when there is no such file, or its signature does not hold.
    """
    stack = stack_named(name)
    if not path.is_file():
        raise refusal(f"there is no file {path}.", remedy="name a proof, or the journal of a drill.")
    key = signature.public_key(stack)
    wrong = signature.complaint_of(key, path)
    by = signature.name_of(key)
    if as_json:
        print(
            json.dumps({"file": str(path), "holds": not wrong, "key": by, "wrong": wrong or None}, indent=1)
        )
    if wrong:
        raise Failure(
            f"{path} {wrong}.",
            "it is not what this stack wrote, or not all of it.",
            "bring the file, and the one ending in .sig beside it, back from their copy.",
        )
    if not as_json:
        print(f"{path}: as stack {stack.name} wrote it; signed by key {by}")


def _verdict(proof: Proof) -> str:
    verdict = "good" if proof.good else "NOT GOOD: " + "; ".join(proof.problems)
    rows = sum(proof.rows.values())
    return (
        f"{proof.repository}: {proof.label or 'nothing restored'} {verdict}; {rows} rows in "
        f"{len(proof.rows)} tables, to {proof.recovered_to}, {_to(proof)}, {proof.seconds} s"
    )


def _to(proof: Proof) -> str:
    """How far it went, and what it was compared with."""
    if not proof.mark:
        return "all WAL there was: the living database had no say"
    counts = f"{len(proof.recorded)} tables' rows" if proof.compared else "no rows: they moved just then"
    return f"paused at {proof.mark}, compared by the heartbeat and {counts}"

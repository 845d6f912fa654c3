"""Backups by `invoke backup` and by pgBackRest alone, in turn, of one database into the same repository."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from backups.engine import REPOSITORIES, backup_command
from backups.info import parse_backups, read_info
from bench import sample
from bench.copies import Copy, compared, shares
from bench.deployment import Deployment
from bench.row import TIMES, Row
from bench.sample import Change
from operation.progress import Progress

OURS, ALONE, RAW = "`invoke backup`", "`invoke backup --only database`", "raw pgBackRest"
WHO = (OURS, ALONE, RAW)
"""In turn: with a recovery point over all that has state, the database alone, and without the task."""
FULL, UNCHANGED = "full", "nothing changed"
GOAL = f"≤ 1.03 {TIMES} raw + 1 s"
SHARES = {Change.TOGETHER: ("≤ 20 %", "≤ 5 %")}
REPETITIONS = 3
"""Of what takes seconds: a backup of nothing."""

Taken = dict[tuple[str, int, str], list[Copy]]
"""By who took it, into which repository, after what."""


@dataclass
class Backups:
    """A deployment's backups as they are taken.

    Attributes:
        deployment: whose database.
        rows: how many it has.
        rounds: how often a full one is taken.
        taken: all until now.
        turn: of the changes; no hundredth is changed twice.
    """

    deployment: Deployment
    rows: int
    rounds: int
    taken: Taken = field(default_factory=dict)
    turn: int = 0

    def measure(self, progress: Progress) -> Iterator[Row]:
        """Into each repository: full, without a change, then after each kind of change."""
        for number, name in REPOSITORIES.items():
            self._series(progress, number, FULL, self.rounds)
            self._series(progress, number, UNCHANGED, REPETITIONS)
            for change in Change:
                self._series(progress, number, change, 1)
            yield from rows(self.taken, number, name)

    def _series(self, progress: Progress, number: int, after: str, rounds: int) -> None:
        with progress.step(f"backups into {REPOSITORIES[number]}: {after}"):
            for once in range(rounds):
                for who in WHO if once % 2 == 0 else reversed(WHO):
                    if after in list(Change):
                        self._change(Change(after))
                    sample.settle(self.deployment.database)
                    self.taken.setdefault((who, number, after), []).append(self._one(who, number, after))

    def _change(self, change: Change) -> None:
        sample.change(self.deployment.database, change, self.turn, self.rows)
        self.turn += 1

    def _one(self, who: str, number: int, after: str) -> Copy:
        kind = "full" if after == FULL else "incr"
        stanza, database = self.deployment.stack.settings.backups.stanza, self.deployment.database
        if who in {OURS, ALONE}:
            only = ("--only", "database") if who == ALONE else ()
            ran = self.deployment.invoke("backup", "--type", kind, "--repo", REPOSITORIES[number], *only)
        else:
            argv = backup_command(stanza, number, kind)
            ran = self.deployment.run("docker", "exec", database.id, *argv)
        return Copy(ran.seconds, newest_size(read_info(database, stanza, number), stanza))


def newest_size(info: list[dict[str, Any]], stanza: str) -> int:
    """Bytes that the newest backup added to its repository."""
    return parse_backups(info, stanza)[-1].stored_bytes


def rows(taken: Taken, number: int, name: str) -> Iterator[Row]:
    """Ours beside the raw one; what changed, beside the full one too; pure."""

    def of(who: str) -> Callable[[str], list[Copy]]:
        return lambda after: taken[who, number, after]

    ours, alone, raw = of(OURS), of(ALONE), of(RAW)
    for after in (FULL, UNCHANGED, *Change):
        peer = f"{RAW}, {name}"
        yield from compared(_named(after, name, ""), GOAL, ours(after), peer, raw(after))
        yield from compared(_named(after, name, "--only database "), GOAL, alone(after), peer, raw(after))
        if after in list(Change):
            yield from shares(SHARES.get(Change(after), ("", "")), ours(after), ours(FULL))


def _named(after: str, repository: str, only: str) -> str:
    kind = "--type full`" if after == FULL else f"--type incr`, {after}"
    return f"`invoke backup {only}{kind}, {repository}"

"""Backups, catalogues and containers as tests need them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from backups.catalog import Catalog, Reach
from backups.history import Fork
from backups.info import Backup
from backups.lineage import Reign
from tests.operation.exec_engine import ExecEngine

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MEBIBYTE = 1024**2


def at(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def backup(label: str, minutes: float, repository: int = 1, timeline: int = 1, stop_lsn: int = 10) -> Backup:
    """A backup that can be restored from that many minutes after noon on."""
    return Backup(
        label=label,
        repository=repository,
        kind="full",
        started=at(minutes) - timedelta(seconds=20),
        stopped=at(minutes),
        timeline=timeline,
        start_lsn=0,
        stop_lsn=stop_lsn,
        database_bytes=100 * MEBIBYTE,
        stored_bytes=10 * MEBIBYTE,
        failed=False,
    )


def reach(timeline: int, minutes: float | None) -> Reach:
    """WAL of a timeline up to that many minutes after noon; None for WAL without a commit."""
    return Reach(timeline, f"{timeline:08X}0000000000000009", None if minutes is None else at(minutes))


def reign(timeline: int, since: float, until: float | None = None) -> Reign:
    """A timeline that served from and until so many minutes after noon."""
    return Reign(timeline, at(since), None if until is None else at(until))


def catalog(
    backups: Sequence[Backup],
    reaches: dict[int, Reach],
    forks: dict[int, tuple[Fork, ...]] | None = None,
    reigns: Sequence[Reign] = (),
    ends: dict[tuple[int, int], Reach] | None = None,
    silent: dict[int, str] | None = None,
) -> Catalog:
    """A catalogue of two repositories."""
    return Catalog(
        backups=tuple(backups),
        reaches=reaches,
        forks=forks or {},
        reigns=tuple(reigns),
        silent=silent or {},
        archives=dict.fromkeys((1, 2), "17-1"),
        ends=ends or {},
        systems=frozenset({7}),
    )


class Container:
    """Stands for a container: answers by the words of a command, and remembers what it was told.

    Answers are tried in order; the first whose words are all in the command counts. An answer is an exit
    status, or what is printed with status 0. A command that nobody foresaw ends with status 99.
    """

    id = "stand-in"

    def __init__(self, *answers: tuple[tuple[str, ...], int | str]) -> None:
        self.answers = answers
        self.told: list[list[str]] = []
        self.engine: Any = None

    @property
    def client(self) -> Any:
        """Docker, as far as it runs commands in this container."""
        return self.engine or ExecEngine(self.exec_run)

    def exec_run(self, argv: list[str], **_: Any) -> tuple[int, tuple[bytes, bytes]]:
        """Answers as `docker exec` does."""
        self.told.append(argv)
        line = " ".join(argv)
        for words, given in self.answers:
            if all(word in line for word in words):
                return (given, (b"", b"refused")) if isinstance(given, int) else (0, (given.encode(), b""))
        return 99, (b"", f"nobody foresaw: {line}".encode())

    def was_told(self, *words: str) -> bool:
        """Whether a command with these words came."""
        return any(all(word in " ".join(argv) for word in words) for argv in self.told)

"""How long a restore will take, from what earlier restores and proofs measured; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from backups.history import SEGMENT
from backups.outlook.line import Line, Points, Size, Span, foreseen
from backups.outlook.rates import VERIFY, Run
from backups.plan import Goal

RECENT = 5
"""Measurements that count, the newest: after three on a new disk, the median is the new disk's."""
ERRORS = 5
"""Earlier predictions whose errors are told."""
MEBIBYTE = 1024**2
FILLING = Line(1.0, 1 / (400 * MEBIBYTE))
"""Two cores, local repository: 1.58 GB in 5.8 s with start and replay (docs/measurements.md)."""
REPLAYING = Line(1.5, 0.03 / SEGMENT)
"""Segments with little in them go at 24 to 40 a second."""
MOVING, DOWN = Line(25.0, 0.0), Line(6.0, 0.0)
"""What a restore with a cache took beyond filling and replay, and of it without a database."""
NO_SIZE = Size(1, 1, 1)
"""Of what does not depend on any."""


@dataclass(frozen=True)
class Prediction:
    """Seconds of a restore, part by part.

    Attributes:
        fill: pgBackRest's restore.
        replay: the server's start and its way to the target.
        rest: containers, checks, promotion, cut-over, deployment.
        down: of all that without a database; None when none runs now.
        runs: measurements of that repository that it is made from.
        restores: restores among all measurements; without one the rest is what another host took.
        errors: of the last predictions, the oldest first; 0.1 is a tenth too long.
    """

    fill: Span
    replay: Span
    rest: Span
    down: Span | None
    runs: int
    restores: int
    errors: tuple[float, ...] = ()

    @property
    def whole(self) -> Span:
        """From the answer to the question until code, state and reality agree."""
        return self.fill + self.replay + self.rest


def predict(
    restored_bytes: int, wal: Size, goal: Goal, repository: str, known: Sequence[Run], *, lives: bool
) -> Prediction | None:
    """Seconds of a restore; None when nothing was ever measured from that repository.

    Args:
        restored_bytes: size of the backup's cluster.
        wal: bytes that recovery has to replay.
        goal: where it is to end; a restore to the same goal counts before others.
        repository: `local` or `s3`.
        known: what was measured, the oldest first.
        lives: a database runs now, and will be down for a while.
    """
    own = [each for each in known if each.repository == repository][-RECENT:]
    if not own:
        return None
    restores = [each for each in known if each.what != VERIFY]
    alike = _alike(restores, goal)
    downs = [each.down_seconds for each in _alike([one for one in restores if one.down_seconds], goal)]
    errors = [each.error for each in restores if each.error is not None]
    return Prediction(
        fill=foreseen(
            _points([(each.restored_bytes, each.fill_seconds) for each in own]),
            FILLING,
            Size(restored_bytes, restored_bytes, restored_bytes),
        ),
        replay=foreseen(_points([(each.wal_bytes, each.replay_seconds) for each in own]), REPLAYING, wal),
        rest=foreseen(_points([(1, each.rest_seconds) for each in alike]), MOVING, NO_SIZE),
        down=foreseen(_points([(1, each) for each in downs]), DOWN, NO_SIZE) if lives else None,
        runs=len(own),
        restores=len(restores),
        errors=tuple(errors[-ERRORS:]),
    )


def _alike(restores: Sequence[Run], goal: Goal) -> Sequence[Run]:
    """The newest restores that moved the service in the same way, or the newest of all when none did."""
    same = [each for each in restores if (each.what == Goal.LATEST) == (goal is Goal.LATEST)]
    return (same or restores)[-RECENT:]


def _points(measured: Sequence[tuple[int, float | None]]) -> Points:
    return [(size, seconds) for size, seconds in measured if size > 0 and seconds]

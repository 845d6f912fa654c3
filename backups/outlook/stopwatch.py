"""The clocks of a restore or a proof that is under way."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from backups import server
from backups.engine import REPOSITORIES
from backups.outlook.rates import VERIFY, Run
from backups.plan import Plan
from operation.failure import Failure

FILL, REPLAY = "fill", "replay"


class Stopwatch:
    """Measures the parts of one run; it starts when it is made.

    Attributes:
        plan: what is carried out.
        predicted: seconds that were foretold for the whole; None when nobody could say.
        laps: seconds by part.
        wal_bytes: replayed, once `reached` was asked.
    """

    def __init__(self, plan: Plan, predicted: float | None = None) -> None:
        self.plan = plan
        self.predicted = predicted
        self.laps = dict.fromkeys((FILL, REPLAY), 0.0)
        self.wal_bytes = 0
        self._began = time.monotonic()

    @contextmanager
    def lap(self, part: str) -> Iterator[None]:
        """Counts a block as one part."""
        began = time.monotonic()
        yield
        self.laps[part] += time.monotonic() - began

    def reached(self, target: Any) -> None:
        """Asks the server how far it has replayed; a server that does not say fails nothing."""
        try:
            self.wal_bytes = max(0, server.replayed(target) - self.plan.backup.start_lsn)
        except Failure:
            self.wal_bytes = 0

    def proof(self) -> Run:
        """What a proof measured."""
        return self._run(VERIFY)

    def restore(self, down: float | None) -> Run:
        """What a restore measured that ends now.

        Args:
            down: seconds without a database; None when none ran before.
        """
        rest = time.monotonic() - self._began - sum(self.laps.values())
        return self._run(str(self.plan.goal), round(rest, 2), down)

    def _run(self, what: str, rest: float | None = None, down: float | None = None) -> Run:
        backup = self.plan.backup
        return Run(
            at=datetime.now(UTC),
            what=what,
            repository=REPOSITORIES[backup.repository],
            restored_bytes=backup.database_bytes,
            fill_seconds=round(self.laps[FILL], 2),
            wal_bytes=self.wal_bytes,
            replay_seconds=round(self.laps[REPLAY], 2),
            rest_seconds=rest,
            down_seconds=down,
            predicted_seconds=self.predicted,
        )

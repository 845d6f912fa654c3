"""The queue of jobs: one trainer a job, for as long as it renews its lease."""

from dataclasses import dataclass
from typing import Any

import psycopg

LEASE = 30
"""Seconds after which another trainer takes a job whose trainer no longer says that it lives."""

TRIES = 5
"""A job that ended its trainer so often is not tried again."""

CLAIM = b"""
UPDATE public.training_jobs SET state = 'running', worker = %(worker)s, attempts = attempts + 1,
       lease_until = now() + make_interval(secs => %(lease)s)
WHERE job = (
    SELECT job FROM public.training_jobs
    WHERE (state = 'queued' OR (state = 'running' AND lease_until < now())) AND attempts < %(tries)s
    ORDER BY job LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING job, graph, epochs"""

GIVE_UP = b"""
UPDATE public.training_jobs SET state = 'failed', finished_at = now(),
       reason = 'it ended its trainer ' || attempts || ' times'
WHERE state = 'running' AND lease_until < now() AND attempts >= %(tries)s"""

ADVANCE = b"""
UPDATE public.training_jobs SET epoch = %(epoch)s, loss = %(loss)s, accuracy = %(accuracy)s,
       lease_until = now() + make_interval(secs => %(lease)s)
WHERE job = %(job)s AND worker = %(worker)s AND state = 'running' RETURNING job"""

FINISH = b"""
UPDATE public.training_jobs SET state = 'done', artefact = %(artefact)s, sha256 = %(sha256)s,
       finished_at = now(), lease_until = NULL
WHERE job = %(job)s AND worker = %(worker)s AND state = 'running' RETURNING job"""

FAIL = b"""
UPDATE public.training_jobs SET state = 'failed', reason = %(reason)s, finished_at = now(), lease_until = NULL
WHERE job = %(job)s AND worker = %(worker)s RETURNING job"""

RELEASE = b"""
UPDATE public.training_jobs SET state = 'queued', lease_until = NULL, attempts = attempts - 1
WHERE job = %(job)s AND worker = %(worker)s AND state = 'running' RETURNING job"""


class Lost(Exception):  # noqa: N818  # the adjective that the log carries
    """Another trainer has the job now; what this one does further does not count."""


@dataclass(frozen=True)
class Job:
    """What is to be trained: a graph's name, and for how many epochs."""

    number: int
    graph: str
    epochs: int

    @property
    def checkpoint(self) -> str:
        """Key of its newest checkpoint in the object store."""
        return f"training/{self.number}/checkpoint.pt"

    @property
    def artefact(self) -> str:
        """Key of the trained network."""
        return f"training/{self.number}/model.pt"


class Jobs:
    """The queue as one trainer sees it."""

    def __init__(self, connection: "psycopg.Connection[Any]", worker: str) -> None:
        self._connection = connection
        self._worker = worker

    def claim(self) -> Job | None:
        """The oldest job that nobody works on; None when there is none."""
        self._connection.execute(GIVE_UP, {"tries": TRIES})
        words = {"worker": self._worker, "lease": LEASE, "tries": TRIES}
        row = self._connection.execute(CLAIM, words).fetchone()
        return Job(*row) if row else None

    def advance(self, job: Job, epoch: int, loss: float, accuracy: float) -> None:
        """Notes an epoch, and renews the lease.

        Raises:
            Lost: when the job is another trainer's now.
        """
        self._mine(ADVANCE, job, epoch=epoch, loss=loss, accuracy=accuracy, lease=LEASE)

    def finish(self, job: Job, sha256: str) -> None:
        """Notes where the trained network is, and its hash.

        Raises:
            Lost: when the job is another trainer's now.
        """
        self._mine(FINISH, job, artefact=job.artefact, sha256=sha256)

    def fail(self, job: Job, reason: str) -> None:
        """Notes why it cannot be done."""
        self._mine(FAIL, job, reason=reason)

    def release(self, job: Job) -> None:
        """Gives the job back, so that another trainer goes on at once."""
        self._mine(RELEASE, job)

    def _mine(self, statement: bytes, job: Job, **values: object) -> None:
        words = {"job": job.number, "worker": self._worker, **values}
        if self._connection.execute(statement, words).fetchone() is None:
            raise Lost(f"job {job.number}")

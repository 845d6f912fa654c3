"""The work: claims a job, trains it from its last checkpoint on, and keeps what came out."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any

import psycopg
import redis
from botocore.exceptions import BotoCoreError, ClientError
from prometheus_client import Counter, Gauge

from services.base.drain import Drain
from services.training.graph import Unfit, read
from services.training.jobs import Job, Jobs, Lost
from services.training.model import Figures, Training
from services.training.stock import Stock

LOG = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two checkpoints; a kill costs as much work at most."""

PAUSE = 1.0
"""Seconds between two looks at an empty queue, or after a failure of something that was needed."""

CHANNEL = "channel:training"
KEPT = 10_000
"""Events that the channel keeps for subscribers that come back."""

TRANSIENT = (psycopg.OperationalError, psycopg.InterfaceError, BotoCoreError, ClientError, OSError)
"""A job that one of these interrupts stays claimed; its lease ends, and a trainer goes on."""

EPOCHS = Counter("bem_training_epochs_total", "Epochs that were trained.")
ENDED = Counter("bem_training_jobs_total", "Jobs that ended.", ["outcome"])
LOSS = Gauge("bem_training_loss", "Loss of the last epoch.")
SINCE = Gauge(
    "bem_training_checkpoint_seconds", "When the last checkpoint was written, in seconds since 1970."
)


class Trainer:
    """One trainer; runs in a thread of its own beside the health server.

    Attributes:
        failure: why the loop ended by itself; empty while it runs.
    """

    def __init__(
        self,
        connect: "Callable[[], psycopg.Connection[Any]]",
        stock: Stock,
        events: redis.Redis,
        drain: Drain,
    ) -> None:
        self.failure = ""
        self.worker = ""
        self._connect, self._stock, self._events, self._drain = connect, stock, events, drain

    def run(self) -> None:
        """Works until the drain begins; what fails for a while is tried again."""
        while not self._drain.begun:
            try:
                with self._connect() as connection:
                    self._work(connection)
            except TRANSIENT as error:
                LOG.warning("interrupted", extra={"reason": str(error).splitlines()[0]})
            except Lost as lost:
                LOG.warning("another trainer has the job", extra={"reason": str(lost)})
            except Exception:
                self.failure = "the work loop failed"
                LOG.exception("the work loop failed")
                raise
            time.sleep(PAUSE)

    def _work(self, connection: "psycopg.Connection[Any]") -> None:
        jobs = Jobs(connection, self.worker)
        while not self._drain.begun:
            job = jobs.claim()
            if job is None:
                time.sleep(PAUSE)
                continue
            try:
                self._train(connection, jobs, job)
            except Unfit as unfit:
                jobs.fail(job, str(unfit))
                ENDED.labels("failed").inc()
                self._tell(job, {"state": "failed", "reason": str(unfit)})

    def _train(self, connection: "psycopg.Connection[Any]", jobs: Jobs, job: Job) -> None:
        training = Training(read(connection, job.graph))
        checkpoint = self._stock.get(job.checkpoint)
        if checkpoint is not None:
            training.resume(checkpoint)
        LOG.info("training", extra={"job": job.number, "from_epoch": training.epoch, "epochs": job.epochs})
        saved = time.monotonic()
        while training.epoch < job.epochs:
            figures = training.step()
            EPOCHS.inc()
            LOSS.set(figures.loss)
            if self._drain.begun or time.monotonic() - saved > EVERY:
                self._keep(jobs, job, training, figures)
                saved = time.monotonic()
            if self._drain.begun:
                jobs.release(job)
                return
        self._end(jobs, job, training)

    def _keep(self, jobs: Jobs, job: Job, training: Training, figures: Figures) -> None:
        self._stock.put(job.checkpoint, training.saved())
        SINCE.set_to_current_time()
        jobs.advance(job, figures.epoch, figures.loss, figures.accuracy)
        self._tell(job, {"state": "running", **vars(figures)})

    def _end(self, jobs: Jobs, job: Job, training: Training) -> None:
        figures = training.figures
        sha256 = self._stock.put(job.artefact, training.artefact())
        jobs.advance(job, figures.epoch, figures.loss, figures.accuracy)
        jobs.finish(job, sha256)
        ENDED.labels("done").inc()
        self._tell(job, {"state": "done", **vars(figures), "artefact": job.artefact, "sha256": sha256})

    def _tell(self, job: Job, what: dict[str, object]) -> None:
        """An event for subscribers; a job does not fail because nobody can be told."""
        data = json.dumps({"type": "training", "job": job.number, "graph": job.graph, **what})
        try:
            self._events.xadd(CHANNEL, {"data": data, "by": ""}, maxlen=KEPT, approximate=True)
        except redis.RedisError as error:
            LOG.warning("nobody was told", extra={"reason": str(error).splitlines()[0]})

"""Keeps a worker alive for every lane, and takes back the jobs of those that die."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Sequence
from multiprocessing import connection
from typing import TYPE_CHECKING

from loguru import logger

from oelala.jobs.process import WorkerProcess
from oelala.jobs.reporter import preview_path, remove_preview, sweep_previews
from oelala.jobs.schema import STORE_FAULTS
from oelala.jobs.store import JobStore
from oelala.jobs.worker import STOP, WAKE, WorkerSpec, crash_report
from oelala.tasks.job import Job

if TYPE_CHECKING:
    from loguru import Logger

    from oelala.tasks.base import Lane

ROUND = 0.1  # seconds between two looks; a death is noticed at once
PATIENCE = 5.0  # seconds that a job may take to answer a cancel
STUDIO_ENDED = "the studio itself was ended"
LONG_LIFE = 10.0  # seconds; a worker that dies younger, and not of a job, is started more and more slowly
LONGEST_PAUSE = 30.0


class Supervisor:
    """`start` needs the workspace's lock: it takes back every job that some earlier studio left running.

    Its thread starts the workers, so `start` returns at once. `wake(lane)` after queueing or cancelling saves
    the worker's next poll. `stop` runs by itself when the program ends.
    """

    def __init__(self, specs: Sequence[WorkerSpec], store: JobStore, *, patience: float = PATIENCE) -> None:
        self._store = store
        self._lanes = {spec.lane: _LaneKeeper(spec, store, patience) for spec in specs}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="supervisor", daemon=True)

    def start(self) -> None:
        """Raises OelalaError when the queue cannot be read or written."""
        for job in self._store.requeue_lost(None, STUDIO_ENDED):
            logger.bind(job=job.id).warning("interrupted, now {}: {}", job.state.name, STUDIO_ENDED)
        for lane in self._lanes.values():
            sweep_previews(lane.spec.private)
        self._thread.start()
        # multiprocessing waits for its children when the program ends; handlers run last in, first out.
        atexit.register(self.stop)

    def stop(self, timeout: float = 5.0) -> None:
        """Ask the workers to end, kill those that do not within `timeout` seconds; their jobs stay queued."""
        atexit.unregister(self.stop)
        if self._thread.is_alive():
            self._stopping.set()
            self._thread.join()
        deadline = time.monotonic() + timeout
        for lane in self._lanes.values():
            lane.ask_to_stop()
        for lane in self._lanes.values():
            lane.end(deadline)

    def wake(self, lane: Lane) -> None:
        if keeper := self._lanes.get(lane):
            keeper.wake()

    @property
    def pids(self) -> dict[Lane, int]:
        """The worker processes that run now."""
        workers = {lane: keeper.worker for lane, keeper in self._lanes.items()}
        return {lane: worker.pid for lane, worker in workers.items() if worker and worker.pid}

    def _supervise(self) -> None:
        while not self._stopping.is_set():
            for lane in self._lanes.values():
                try:
                    lane.tend()
                    self._take_back_strays()
                except Exception:  # noqa: BLE001 - a full disk, no memory for a process: next round, for ever
                    logger.exception("looking after the {} worker failed", lane.spec.lane)
                    self._stopping.wait(1.0)
            sentinels = [lane.worker.sentinel for lane in self._lanes.values() if lane.worker]
            if sentinels:
                connection.wait(sentinels, ROUND)
            else:
                self._stopping.wait(ROUND)

    def _take_back_strays(self) -> None:
        """A killed studio's worker may claim once more after our start, just before it notices and ends."""
        ours = {lane.worker.name for lane in self._lanes.values() if lane.worker}
        for name in self._store.workers() - ours:
            self._store.requeue_lost(name, STUDIO_ENDED)


class _LaneKeeper:
    """One lane's worker: its successive processes and what each left behind. Of the supervisor's thread."""

    def __init__(self, spec: WorkerSpec, store: JobStore, patience: float) -> None:
        self.spec, self.store, self.patience = spec, store, patience
        self.worker: WorkerProcess | None = None
        self.warm = True
        self.failures = 0
        self.not_before = 0.0
        self.asked: dict[str, float] = {}

    def tend(self) -> None:
        if self.worker is not None and not self.worker.alive:
            self.bury(self.worker)
        if self.worker is not None:
            self.watch_cancels(self.worker)
        elif time.monotonic() >= self.not_before and (not self.spec.lazy or self.has_work()):
            self.worker = WorkerProcess(self.spec, warm=self.warm)

    def wake(self) -> None:
        if worker := self.worker:
            worker.send(WAKE)

    def has_work(self) -> bool:
        return self.store.waiting(self.spec.lane, self.spec.only)

    def watch_cancels(self, worker: WorkerProcess) -> None:
        now = time.monotonic()
        self.asked = {job: self.asked.get(job, now) for job in self.store.cancelling(worker.name)}
        if any(now - since >= self.patience for since in self.asked.values()):
            logger.warning("the {} worker does not answer a cancel and is killed", self.spec.lane)
            worker.kill()

    def bury(self, worker: WorkerProcess) -> None:
        """Take its jobs back first: should that fail, the next round tries again."""
        worker.join()
        reason = worker.describe_end()
        lost = self.store.requeue_lost(worker.name, reason)
        self.tell(lost, reason)
        # Whatever warming up did to it: jobs must get their turn, and their own reason for failing.
        self.warm = self.warm and worker.ready
        # A job that kills its worker has its attempts counted; without one, only a pause ends the circle.
        useful = worker.ready and (lost or worker.age > LONG_LIFE)
        self.failures = 0 if useful else self.failures + 1
        pause = min(LONGEST_PAUSE, 0.25 * 2**self.failures) if self.failures else 0.0
        self.not_before = time.monotonic() + pause
        worker.close()
        self.worker = None

    def tell(self, lost: list[Job], reason: str) -> None:
        log = logger.bind(job=lost[0].id) if lost else logger  # a worker runs one job at a time
        log.warning("the {} worker ended: {}", self.spec.lane, reason)
        self.tell_crash(log)
        for job in lost:
            remove_preview(preview_path(self.spec.private, job.id))
            log.warning("its job is {} now", job.state.name)

    def tell_crash(self, log: Logger) -> None:
        path = crash_report(self.spec)
        try:
            if text := path.read_text(encoding="utf-8", errors="replace").strip():
                log.error("stack of the {} worker's crash:\n{}", self.spec.lane, text)
                path.write_text("", encoding="utf-8")
        except OSError:
            return

    def ask_to_stop(self) -> None:
        if self.worker is not None:
            self.worker.send(STOP)

    def end(self, deadline: float) -> None:
        if self.worker is None:
            return
        if self.worker.ready:  # one that still warms up has no job, and would be asked in vain
            self.worker.join(max(0.0, deadline - time.monotonic()))
        if self.worker.alive:
            self.worker.kill()
            self.worker.join()
        try:
            self.store.requeue_lost(self.worker.name, "the studio was stopped", counted=False)
        except STORE_FAULTS as fault:  # the next start does it
            logger.error("the running job could not be queued again: {}", fault)
        self.worker.close()
        self.worker = None

"""The worker process: claims a lane's jobs one by one, runs them, and survives whatever they raise."""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from loguru import logger

from oelala.errors import Cancelled
from oelala.jobs.faults import explain, is_out_of_memory
from oelala.jobs.reporter import Reporter
from oelala.jobs.schema import STORE_FAULTS
from oelala.jobs.store import JobStore
from oelala.log import job_in_log, release_stderr, start_logging
from oelala.progress import CancelToken, RunContext
from oelala.tasks.job import Job, JobResult

if TYPE_CHECKING:
    from oelala.tasks.base import Lane

IDLE_POLL = 0.2  # seconds; jobs that another process queued need no more haste
LISTEN_FOR = 0.1  # and how long a cancel goes unseen at most
RETRY_AFTER = 1.0

WAKE, STOP, READY = b"wake", b"stop", b"ready"


class Executor(Protocol):
    """How jobs become results. Made in the worker, when it is first needed."""

    def warm_up(self) -> None:
        """Get ready for the most likely job."""

    def execute(self, job: Job, context: RunContext) -> JobResult:
        """Run one job to its verified output. Raises `Cancelled`, an OelalaError, or anything."""

    def empty(self) -> None:
        """Give all memory back, after running out of it and after faults nobody foresaw."""


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """All a worker process is told. It is pickled: `make_executor` is a module's function or a partial of it.

    `private` is the workspace's `.oelala` (logs, previews). `only`: take no other jobs than these.
    `lazy`: the process starts at the lane's first job.
    """

    lane: Lane
    database: Path
    private: Path
    make_executor: Callable[[], Executor]
    only: tuple[str, ...] | None = None
    lazy: bool = False
    console: bool = True


def run_worker(spec: WorkerSpec, name: str, channel: Connection, warm: bool) -> None:
    """The process's main function. `channel` brings WAKE and STOP; its end means that the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    _keep_crash_report(crash_report(spec))
    start_logging(spec.lane, spec.private / "logs", console=spec.console, capture_stderr=True)
    try:
        with logger.catch(message="the worker ends", reraise=True):
            worker = _Worker(spec, name, channel)
            threading.Thread(target=worker.listen, name="listener", daemon=True).start()
            worker.run(warm)
    finally:
        release_stderr()


def crash_report(spec: WorkerSpec) -> Path:
    """Where a worker that dies by a signal leaves its Python stack."""
    return spec.private / "logs" / f"crash-{spec.lane}.txt"


def _keep_crash_report(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        faulthandler.enable(open(path, "w"))  # noqa: SIM115 - stays open for the process's life
    except OSError:
        faulthandler.enable()


class _Worker:
    def __init__(self, spec: WorkerSpec, name: str, channel: Connection) -> None:
        self.spec, self.name, self.channel = spec, name, channel
        self.store = JobStore(spec.database)
        self.executor: Executor | None = None
        self.woken = threading.Event()
        self.stopping = False
        self.running: tuple[str, CancelToken] | None = None

    # -- the listener's thread

    def listen(self) -> None:
        """Pass on the parent's words and the user's wish to stop; end the process when the parent is gone."""
        while True:
            try:
                if self.channel.poll(LISTEN_FOR):
                    self.stopping |= self.channel.recv_bytes() == STOP
                    self.woken.set()
            except (EOFError, OSError):
                # In the middle of a job too: the next start runs it again. No clean-up that could hang.
                os._exit(1)
            if running := self.running:
                self.watch(*running)

    def watch(self, job_id: str, cancel: CancelToken) -> None:
        try:
            if self.stopping or job_id in self.store.cancelling(self.name):
                cancel.cancel()
        except STORE_FAULTS as fault:
            logger.debug("could not look whether to cancel: {}", fault)

    # -- the main thread

    def run(self, warm: bool) -> None:
        if warm and not self.store.waiting(self.spec.lane, self.spec.only):
            self.warm_up()
        self.channel.send_bytes(READY)
        healthy = True
        while healthy and not self.stopping:
            job = self.claim()
            if job is None:
                self.woken.wait(IDLE_POLL)
                self.woken.clear()
                continue
            with job_in_log(job.id):
                healthy = self.run_job(job)

    def claim(self) -> Job | None:
        try:
            return self.store.claim(self.spec.lane, self.name, self.spec.only)
        except STORE_FAULTS as fault:  # a full disk: wait for space rather than die
            logger.error("the queue cannot be read or written: {}", fault)
            time.sleep(RETRY_AFTER)
            return None

    def warm_up(self) -> None:
        try:
            self.prepared().warm_up()
        except (Exception, SystemExit):  # noqa: BLE001 - the first real job will say it where the user looks
            logger.exception("warming up failed")
            self.emptied()

    def prepared(self) -> Executor:
        if self.executor is None:
            self.executor = self.spec.make_executor()
        return self.executor

    def run_job(self, job: Job) -> bool:
        """Run one claimed job to its end. False: this process cannot be trusted with another."""
        reporter = Reporter(self.store, self.spec.private, job)
        context = RunContext(job.id, job.created, job.attempt, reporter, CancelToken())
        self.running = (job.id, context.cancel)
        try:
            spoiled = self.attempt(job, context)
        finally:
            self.running = None
            reporter.remove_preview()
        # Only now, with the exception and all it held on to gone, is there anything to give back.
        return not spoiled or self.emptied()

    def attempt(self, job: Job, context: RunContext) -> bool:
        """The one boundary: whatever is raised in a job ends here. True: memory must be given back."""
        store, job_id, attempt = self.store, job.id, job.attempt
        logger.info("{} started, attempt {}", job.kind, attempt)
        try:
            result = self.prepared().execute(job, context)
        except Cancelled:
            if not self.stopping:  # else it is the studio that stops: the job stays, and runs again later
                self.settle(lambda: store.mark_cancelled(job_id, attempt))
            logger.info("cancelled")
            return False
        except (Exception, SystemExit) as fault:  # noqa: BLE001 - a library's sys.exit() is a fault like others
            return self.fail(job, fault)
        self.settle(lambda: store.finish(job_id, attempt, result))
        logger.info("done: {}" if result.output else "done", result.output)
        return False

    def fail(self, job: Job, fault: BaseException) -> bool:
        """Apart from `attempt`: a fault kept by a frame of its own traceback would keep its tensors too."""
        error = explain(fault, self.spec.private.parent)
        unforeseen = error.code == "unexpected"
        logger.opt(exception=unforeseen).error("failed: {}", error)
        self.settle(lambda: self.store.fail(job.id, job.attempt, error.code, error.values))
        return unforeseen or is_out_of_memory(error)

    def settle(self, change: Callable[[], bool]) -> None:
        """Write a final state, however long the disk stays full: the work is done and must not be lost."""
        said = False
        while True:
            try:
                if not change():
                    logger.warning("this attempt had been given up on; its end is ignored")
                return
            except STORE_FAULTS as fault:
                if not said:
                    logger.error("the queue cannot be written, trying on: {}", fault)
                said = True
            if self.stopping:
                return
            time.sleep(RETRY_AFTER)

    def emptied(self) -> bool:
        """A device that cannot even be emptied (a broken CUDA context) needs a new process."""
        if self.executor is None:
            return True
        try:
            gc.collect()  # what only cycles hold on to
            self.executor.empty()
        except Exception:  # noqa: BLE001 - whatever it is, it is the end of this process
            logger.exception("memory could not be given back; a new worker takes over")
            return False
        return True

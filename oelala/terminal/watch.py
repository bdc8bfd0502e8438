"""Follow queued jobs to their end; run them here when no studio is open on the workspace."""

from __future__ import annotations

import sys
import time

from oelala.log import start_logging
from oelala.studio import Studio
from oelala.tasks.job import Job, Queued, Running
from oelala.terminal.bar import Bar
from oelala.terminal.console import Console

POLL_SECONDS = 0.1
LOOK_SECONDS = 1.0


def run_and_watch(studio: Studio, jobs: list[Job], console: Console) -> list[Job]:
    """The same jobs, finished. Ctrl-C cancels what is left of them and still waits for the last word."""
    ids = [job.id for job in jobs]
    try:
        with _Hand(studio, ids) as hand:
            try:
                return [_follow(studio, job_id, console, hand) for job_id in ids]
            except KeyboardInterrupt:
                _cancel(studio, ids)
                return [_follow(studio, job_id, console, hand) for job_id in ids]
    except KeyboardInterrupt:  # while the worker was being started, or once more while it stopped
        _cancel(studio, ids)
        raise


def _cancel(studio: Studio, ids: list[str]) -> None:
    for job_id in ids:
        studio.cancel(job_id)


class _Hand:
    """With a studio open on the workspace it does the work; otherwise this process runs just these jobs.

    Whoever runs the queue may go before our jobs had their turn: another command line runs only its own.
    """

    def __init__(self, studio: Studio, ids: list[str]) -> None:
        self._studio, self._ids = studio, ids
        self._working = False
        self._next = 0.0

    def __enter__(self) -> _Hand:
        self.lend()
        return self

    def __exit__(self, *_: object) -> None:
        if self._working:
            self._studio.stop()

    def lend(self) -> None:
        if self._working or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + LOOK_SECONDS
        if self._studio.holder() is None and self._studio.acquire(address="") is None:
            start_logging("terminal", self._studio.workspace.logs, console=False)
            try:
                self._studio.start(only=self._ids)
            except BaseException:
                self._studio.stop()
                raise
            self._working = True


def _follow(studio: Studio, job_id: str, console: Console, hand: _Hand) -> Job:
    with Bar(console.language, shown=sys.stderr.isatty()) as bar:
        while True:
            job = studio.job(job_id)
            if not isinstance(job.state, Queued | Running):
                return job
            hand.lend()
            bar.show(job)
            time.sleep(POLL_SECONDS)

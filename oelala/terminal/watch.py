"""Follow queued jobs to their end; run them here when no studio is open on the workspace."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from oelala.log import start_logging
from oelala.studio import Studio
from oelala.tasks.job import Job, Queued, Running
from oelala.terminal.bar import Bar
from oelala.terminal.console import Console

POLL_SECONDS = 0.1


def run_and_watch(studio: Studio, jobs: list[Job], console: Console) -> list[Job]:
    """The same jobs, finished. Ctrl-C cancels what is left of them and still waits for the last word."""
    ids = [job.id for job in jobs]
    with _working(studio, ids):
        try:
            return [_follow(studio, job_id, console) for job_id in ids]
        except KeyboardInterrupt:
            for job_id in ids:
                studio.cancel(job_id)
            return [_follow(studio, job_id, console) for job_id in ids]


@contextmanager
def _working(studio: Studio, ids: list[str]) -> Iterator[None]:
    """With a studio open on the workspace it does the work; otherwise this process runs just these jobs."""
    if studio.acquire(address="") is not None:
        yield
        return
    start_logging("terminal", studio.workspace.logs, console=False)
    try:
        studio.start(only=ids)
        yield
    finally:
        studio.stop()


def _follow(studio: Studio, job_id: str, console: Console) -> Job:
    with Bar(console.language, shown=sys.stderr.isatty()) as bar:
        while True:
            job = studio.job(job_id)
            if not isinstance(job.state, Queued | Running):
                return job
            bar.show(job)
            time.sleep(POLL_SECONDS)

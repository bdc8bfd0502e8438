"""What is said of a job that came to no result, and the exit code that goes with it."""

from __future__ import annotations

from oelala.errors import OelalaError
from oelala.tasks.job import Failed, Job
from oelala.terminal.console import CANCELLED, FAILED, Console


def tell_unfinished(job: Job, console: Console) -> int:
    """Returns the exit code: failed or cancelled."""
    if isinstance(job.state, Failed):
        console.fault(OelalaError(job.state.code, **job.state.values), job.id)
        return FAILED
    console.cancelled(job.id)
    return CANCELLED

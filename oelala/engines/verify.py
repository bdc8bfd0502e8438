"""Every byte of a model read and compared, as a job of the light lane; progress counts megabytes."""

from __future__ import annotations

from dataclasses import asdict

from oelala.library.workspace import Workspace
from oelala.models.catalog import find
from oelala.models.download import verify_model
from oelala.progress import Progress, RunContext
from oelala.settings import Settings
from oelala.tasks.job import JobResult
from oelala.tasks.verify import Verify

MEGABYTE = 1_000_000


def run(task: Verify, settings: Settings, context: RunContext, workspace: Workspace) -> JobResult:
    """Raises what `verify_model` raises. The result's details: those of `Verification`."""

    def report(done: int, total: int) -> None:
        most = -(-total // MEGABYTE)
        context.report(Progress("working", most if done == total else done // MEGABYTE, most))

    found = verify_model(find(task.model, settings), settings, report, context.cancel)
    return JobResult(details=asdict(found))

"""A model from the hub, as a job of the light lane; progress counts megabytes."""

from __future__ import annotations

import time

from loguru import logger

from oelala.errors import Cancelled, OelalaError
from oelala.library.workspace import Workspace
from oelala.models.catalog import Row, find, tiny_decoder_of
from oelala.models.download import DownloadRequest, download_model, install_packages
from oelala.models.speeds import keep_speed, speeds_file
from oelala.progress import Progress, RunContext
from oelala.settings import Settings
from oelala.tasks.download import Download
from oelala.tasks.job import JobResult

MEGABYTE = 1_000_000
_TELLING = 50 * MEGABYTE  # of less, most of the time went into asking


def run(task: Download, settings: Settings, context: RunContext, workspace: Workspace) -> JobResult:
    """Raises what `install_packages` and `download_model` raise. The result's details: folder, bytes
    (fetched), seconds."""
    started = time.monotonic()

    def report(done: int, total: int) -> None:
        most = -(-total // MEGABYTE)
        context.report(Progress("working", most if done == total else done // MEGABYTE, most))

    row = find(task.model, settings)
    if row.packages:  # first: where they cannot be had, nothing else needs to come
        context.report(Progress("working"))
        install_packages(row, context.cancel)
    done = download_model(DownloadRequest(row, settings, context.cancel, report))
    seconds = round(time.monotonic() - started, 3)
    keep_pace(done.fetched, seconds, workspace)
    _fetch_tiny_decoder(row, settings, context)
    return JobResult(details={"folder": str(done.folder), "bytes": done.fetched, "seconds": seconds})


def keep_pace(fetched: int, seconds: float, workspace: Workspace) -> None:
    """So that the next download can be told in time; `fetched` in bytes."""
    if fetched >= _TELLING and seconds:
        keep_speed(speeds_file(workspace.private), "download", fetched / seconds)


def _fetch_tiny_decoder(model: Row, settings: Settings, context: RunContext) -> None:
    """For previews of all frames: megabytes beside gigabytes, and no harm where they do not come."""
    tiny = tiny_decoder_of(model)
    if tiny is None:
        return
    try:
        download_model(DownloadRequest(tiny.row, settings, context.cancel))
    except (Cancelled, OelalaError) as fault:  # the model that was asked for is there
        logger.info("previews stay small: {}", fault or "cancelled")

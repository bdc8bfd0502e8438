"""A running job's line to the outside: progress into its row, pictures into a file."""

from __future__ import annotations

import os
import time
from pathlib import Path

from loguru import logger

from oelala.jobs.schema import STORE_FAULTS
from oelala.jobs.store import JobStore
from oelala.progress import Progress
from oelala.tasks.job import Job, JobProgress

SECONDS_BETWEEN_ROWS = 0.2


def preview_path(private: Path, job_id: str) -> Path:
    """Where a running job's newest preview lies: an animated WebP that is replaced whole."""
    return private / "previews" / f"{job_id}.webp"


class Reporter:
    """Call it with every `Progress`. It writes at most five rows a second; a new phase or a last step always.

    A report that cannot be written (full disk) is lost with one warning: the job itself goes on.
    """

    def __init__(self, store: JobStore, private: Path, job: Job) -> None:
        self._store, self._job = store, job
        self._path = preview_path(private, job.id)
        self._previews = 0
        self._phase = ""
        self._written = 0.0
        self._warned = False

    def __call__(self, progress: Progress) -> None:
        if progress.preview is not None:
            self._write_preview(progress.preview)
        now = time.monotonic()
        urgent = progress.phase != self._phase or progress.step == progress.total > 0
        if urgent or now - self._written >= SECONDS_BETWEEN_ROWS:
            self._phase, self._written = progress.phase, now
            self._write_row(JobProgress(progress.phase, progress.step, progress.total, self._previews))

    def remove_preview(self) -> None:
        """A finished job shows its result instead."""
        remove_preview(self._path)

    def _write_row(self, progress: JobProgress) -> None:
        try:
            self._store.report(self._job.id, self._job.attempt, progress)
        except STORE_FAULTS as fault:
            self._warn(fault)

    def _write_preview(self, picture: bytes) -> None:
        part = self._path.with_suffix(f".{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(picture)
            os.replace(part, self._path)
            self._previews += 1
        except OSError as fault:  # on Windows also while the page is reading the one before
            remove_preview(part)
            self._warn(fault)

    def _warn(self, fault: Exception) -> None:
        if not self._warned:
            logger.warning("progress could not be written: {}", fault)
        self._warned = True


def remove_preview(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as fault:  # a reader on Windows; the next start sweeps it
        logger.debug("preview not removed: {}", fault)


def sweep_previews(private: Path) -> None:
    """Remove all previews: at a start no job is running, so none is anyone's."""
    folder = preview_path(private, "any").parent
    for path in folder.glob("*") if folder.is_dir() else ():
        remove_preview(path)

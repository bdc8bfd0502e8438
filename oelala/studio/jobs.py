"""Verbs of jobs, and of what the workers say."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from oelala.jobs.reporter import preview_path
from oelala.log_feed import FeedPage, LogFeed
from oelala.studio.base import Verbs
from oelala.tasks.job import Job, Running


class JobVerbs(Verbs):
    """What waits, runs and has been done; the log."""

    @cached_property
    def _feed(self) -> LogFeed:
        return LogFeed(self.workspace.logs)

    def jobs(self, limit: int = 50) -> list[Job]:
        """Unfinished jobs first (oldest first), then the newest finished ones, `limit` in all."""
        return self.store.list(limit)

    def job(self, job_id: str) -> Job:
        return self.store.get(job_id)

    def jobs_since(self, revision: int, limit: int = 100) -> tuple[list[Job], int]:
        """Rows changed after `revision`, oldest change first, and the newest revision."""
        return self.store.changed_since(revision, limit)

    def cancel(self, job_id: str) -> Job:
        """A queued job is cancelled at once, a running one once it hears of it; a finished one stays."""
        job = self.store.request_cancel(job_id)
        self._wake(job.lane)
        return job

    def retry(self, job_id: str) -> Job:
        """Queue the same task again, as a new job."""
        job = self.store.retry(job_id)
        self._wake(job.lane)
        return job

    def preview(self, job_id: str) -> Path | None:
        """The newest preview (animated WebP) of a running job."""
        if not isinstance(self.job(job_id).state, Running):
            return None
        path = preview_path(self.workspace.private, job_id)
        return path if path.is_file() else None

    def log_since(self, cursor: str | None, limit: int = 500) -> FeedPage:
        """Records newer than `cursor` (None: the newest `limit`), and the next cursor."""
        return self._feed.since(cursor, limit)

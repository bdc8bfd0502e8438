"""The composition root, and the verbs that the page and the command line share.

Imports nothing heavy: torch lives in the workers, gradio in the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oelala.settings import Settings
from oelala.tasks.base import Task
from oelala.tasks.job import Job


class Studio:
    """One studio on one workspace. `start` takes the lock and starts the workers; `stop` gives both back."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    # being written: the signatures below are the agreement between the page, the command line and the floors under them

    def start(self) -> None: ...
    def stop(self) -> None: ...

    # tasks, models, presets
    def submit(self, task: Task) -> list[Job]:
        """Fill and check the task by the catalog, fix its seed, queue it. n clips are n jobs with seeds s, s+1, …"""
        raise NotImplementedError

    def defaults(self, kind: str, model: str) -> Mapping[str, Any]:
        """The model's values for every task field that may be None, for the form to show."""
        raise NotImplementedError

    def models(self, kind: str | None = None) -> list[Any]:
        """`models.catalog.ModelStatus`es (see `models/catalog`): row, on_disk, bytes, fits."""
        raise NotImplementedError

    def presets(self, kind: str) -> list[Any]:
        """`library.presets.Preset(name, title, kind, values)`; shipped first, then the workspace's own."""
        raise NotImplementedError

    # jobs
    def jobs(self, limit: int = 50) -> list[Job]:
        """Unfinished jobs first (oldest first), then the newest finished ones, `limit` in all."""
        raise NotImplementedError

    def job(self, job_id: str) -> Job:
        raise NotImplementedError

    def jobs_since(self, revision: int, limit: int = 100) -> tuple[list[Job], int]:
        """Rows changed after `revision`, oldest change first, and the newest revision."""
        raise NotImplementedError

    def cancel(self, job_id: str) -> Job:
        raise NotImplementedError

    def retry(self, job_id: str) -> Job:
        """Queue the same task again as a new job."""
        raise NotImplementedError

    def preview(self, job_id: str) -> Path | None:
        """The newest preview (animated WebP) of a running job."""
        raise NotImplementedError

    # outputs
    def outputs(self, limit: int = 60, offset: int = 0) -> list[Any]:
        """`library.outputs.Output(job, path, poster, metadata path, created, kind, title)`s, newest first."""
        raise NotImplementedError

    def restore(self, source: Path) -> Task:
        """The task inside an mp4 or JSON made by Oelala. Raises OelalaError ("no-metadata", "unreadable-file")."""
        raise NotImplementedError

    # log
    def log_since(self, cursor: str | None, limit: int = 500) -> Any:
        """`log_feed.FeedPage(records, cursor)`: records newer than `cursor` (None: the newest `limit`)."""
        raise NotImplementedError

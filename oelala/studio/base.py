"""What all verbs of the studio stand on: settings, a workspace, its queue."""

from __future__ import annotations

from functools import cached_property

from oelala.jobs.store import JobStore
from oelala.jobs.supervisor import Supervisor
from oelala.library.workspace import Workspace
from oelala.models import catalog
from oelala.models.catalog import Row
from oelala.settings import Settings
from oelala.tasks.base import Lane

UNFINISHED = 1000  # jobs looked through; unfinished ones come first


class Verbs:
    """`_supervisor` is there while this studio runs the queue, `_running_since` (epoch seconds) with it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.workspace = Workspace(settings.workspace)
        self.workspace.prepare()
        self._supervisor: Supervisor | None = None
        self._running_since: float | None = None

    @cached_property
    def store(self) -> JobStore:
        return JobStore(self.workspace.queue_db)

    def _row(self, model: str) -> Row:
        return catalog.find(model, self.settings)

    def _wake(self, lane: Lane) -> None:
        """There is news for the lane's worker."""
        if self._supervisor is not None:
            self._supervisor.wake(lane)

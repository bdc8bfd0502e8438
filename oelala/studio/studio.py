"""The composition root: the verbs that the page and the command line share, and who runs the queue.

Nothing heavy is imported here: torch lives in the workers, gradio in the page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from oelala.executor import StudioExecutor
from oelala.jobs.supervisor import Supervisor
from oelala.jobs.worker import WorkerSpec
from oelala.kinds import KINDS
from oelala.library import workspace as workspaces
from oelala.library.workspace import LockInfo, WorkspaceLock
from oelala.settings import Settings
from oelala.studio.avatars import AvatarVerbs
from oelala.studio.bodies import BodyVerbs
from oelala.studio.jobs import JobVerbs
from oelala.studio.model_care import CareVerbs
from oelala.studio.pictures import PictureVerbs
from oelala.tasks.base import Lane

if TYPE_CHECKING:
    from oelala.doctor import Report


class Studio(CareVerbs, PictureVerbs, AvatarVerbs, BodyVerbs, JobVerbs):
    """One studio on one workspace.

    Made, it can read and queue. `acquire` makes it the one that runs the queue, `start` starts the workers.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._lock = WorkspaceLock(self.workspace)

    def acquire(self, address: str) -> LockInfo | None:
        """Take the workspace's lock, telling others our `address`. None: it is ours; else who holds it.

        What a crash left behind is swept here, before a page answers that keeps uploads in the same folder.
        """
        while not self._lock.acquire(address):
            if holder := self._lock.holder():
                return holder
        self.workspace.sweep()
        return None

    def holder(self) -> LockInfo | None:
        """Who runs the queue of this workspace at the moment, if anyone."""
        return self._lock.holder()

    def start(self, only: Collection[str] | None = None) -> None:
        """Queue again what a crash interrupted, and start the workers. Needs the lock.

        `only` (job ids) is for the command line, which runs its own jobs and nobody else's.
        """
        self._supervisor = Supervisor(self.worker_specs(only), self.store)
        self._supervisor.start()
        self._running_since = time.time()

    def stop(self) -> None:
        """End the workers (their jobs go back to the queue) and give the lock back."""
        if self._supervisor is not None:
            self._supervisor.stop()
            self._supervisor = self._running_since = None
        self._lock.release()

    def worker_specs(self, only: Collection[str] | None = None) -> list[WorkerSpec]:
        """How the worker of each lane is started; `only` as `start` takes it."""
        return [
            self._worker_spec(lane, partial(StudioExecutor, self.settings, lane), only) for lane in _lanes()
        ]

    def _worker_spec(
        self, lane: Lane, make_executor: Callable[[], StudioExecutor], only: Collection[str] | None
    ) -> WorkerSpec:
        return WorkerSpec(
            lane=lane,
            database=self.workspace.queue_db,
            private=self.workspace.private,
            make_executor=make_executor,
            only=tuple(only) if only is not None else None,
            lazy=lane != "gpu" or only is not None or self.settings.lazy,
            console=only is None,  # a progress bar and log lines do not share a terminal
        )

    @staticmethod
    def doctor(settings: Settings) -> Report:
        """What this computer can do, and what stands in the way: of a workspace that cannot be used, too."""
        from oelala.doctor import examine

        return examine(settings)

    @staticmethod
    def chosen_workspace() -> Path:
        """The workspace of a start that names none: the project folder, or what `workspace use` chose."""
        return workspaces.chosen_workspace()

    @staticmethod
    def known_workspaces() -> list[Path]:
        return workspaces.known_workspaces()

    @staticmethod
    def remember_workspace(folder: Path, *, use: bool) -> None:
        """Make `folder` a workspace if it is none yet; `use` makes it the one later starts take."""
        workspaces.remember_workspace(folder, use=use)


def _lanes() -> list[Lane]:
    return sorted({kind.task.lane for kind in KINDS})

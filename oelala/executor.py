"""What runs in a worker process: from a job to its engine."""

from __future__ import annotations

import gc
from dataclasses import replace
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING

from oelala.kinds import BY_NAME, KINDS, read_task
from oelala.library.workspace import Workspace
from oelala.progress import RunContext
from oelala.settings import Settings
from oelala.tasks.base import Lane
from oelala.tasks.job import Job, JobResult

if TYPE_CHECKING:
    from oelala.models.manager import ModelManager


class StudioExecutor:
    """What a lane's worker runs: it finds the engine of a job and, on the GPU, holds the model manager."""

    def __init__(self, settings: Settings, lane: Lane) -> None:
        self._settings, self._lane = settings, lane
        self._workspace = Workspace(settings.workspace)
        self._started = False

    @cached_property
    def _models(self) -> ModelManager:
        from oelala.forecast import learned_speed
        from oelala.models.catalog import find
        from oelala.models.manager import ModelManager
        from oelala.models.speed import keep_graphs

        settings, workspace = self._settings, self._workspace
        keep_graphs(settings.private / "compiled")
        return ModelManager(
            settings,
            row=partial(find, settings=settings),
            learned=lambda model: learned_speed(model, "cuda", settings, workspace),
        )

    def warm_up(self) -> None:
        """Import what the first job needs, while the user still types."""
        for kind in KINDS:
            if kind.task.lane == self._lane:
                import_module(kind.engine)
        # What is imported stays: a swap of models need not look through it, which took a quarter of a second
        # for each part.
        gc.freeze()
        if self._lane == "gpu":
            self._models.warm_up()
            self._tell_start()

    def _tell_start(self) -> None:
        """How long it took until the first job can begin, once for this process; the forecast counts it."""
        if self._started:
            return
        from oelala.models.machine import process_age
        from oelala.models.speeds import keep_speed, speeds_file

        self._started = True
        keep_speed(speeds_file(self._settings.private), "start", process_age())

    def execute(self, job: Job, context: RunContext) -> JobResult:
        task = read_task(job.kind, job.task)
        engine = import_module(BY_NAME[job.kind].engine)
        source = self._models if task.lane == "gpu" else self._settings
        if task.lane == "gpu":
            self._tell_start()
        result: JobResult = engine.run(task, source, context, self._workspace)
        return replace(result, details={"model": task.model, **result.details})

    def empty(self) -> None:
        """Give back every model; what a fault left behind must not reach the next job."""
        if "_models" in self.__dict__:
            self._models.empty()

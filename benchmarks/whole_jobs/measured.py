"""The studio as it is, with a worker that also writes down what a job took."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from oelala.executor import StudioExecutor
from oelala.jobs.worker import WorkerSpec
from oelala.progress import RunContext
from oelala.studio import Studio
from oelala.tasks.base import Lane
from oelala.tasks.job import Job, JobResult

_GIB = 1024**3


class MeasuredStudio(Studio):
    """Its worker process runs a `MeasuredExecutor`; everything else is the studio's own."""

    def _worker_spec(
        self, lane: Lane, make_executor: Callable[[], StudioExecutor], only: Collection[str] | None
    ) -> WorkerSpec:
        spec = super()._worker_spec(lane, make_executor, only)
        return replace(spec, make_executor=partial(MeasuredExecutor, self.settings, lane), lazy=True)


class MeasuredExecutor(StudioExecutor):
    """Writes `<job>.json` into `.oelala/measured`: see `_measured`."""

    def execute(self, job: Job, context: RunContext) -> JobResult:
        import torch

        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()
        started = time.perf_counter()
        try:
            return super().execute(job, context)
        finally:
            path = measured_file(self._settings.private, job.id)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(self._measured(time.perf_counter() - started)), encoding="utf-8")

    def _measured(self, seconds: float) -> dict[str, Any]:
        """GiB at the highest moment in the worker: tensors on the card, torch's reserve, pinned memory now,
        resident memory (mapped files count). The plan as the worker made it."""
        import torch

        cuda = torch.cuda.is_available()
        models = self.__dict__.get("_models")
        parts = [] if models is None else models._parts._parts.values()
        plan = None if models is None else models._plan
        return {
            "in_worker_s": seconds,
            "tensors_gib": torch.cuda.max_memory_allocated() / _GIB if cuda else None,
            "reserved_gib": torch.cuda.max_memory_reserved() / _GIB if cuda else None,
            "pinned_gib": sum(one.streamed.pinned_bytes for one in parts if one.streamed) / _GIB,
            "resident_ram_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _GIB,
            "plan": None if plan is None else asdict(plan),
        }


def measured_file(private: Path, job_id: str) -> Path:
    return private / "measured" / f"{job_id}.json"

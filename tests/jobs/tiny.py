"""Tiny tasks, and a queue, workers and supervisors for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from oelala.jobs.store import JobStore
from oelala.jobs.supervisor import Supervisor
from oelala.jobs.worker import WorkerSpec
from oelala.tasks.base import Lane, Task
from oelala.tasks.job import Job
from tests.jobs.tiny_work import TinyExecutor, wait_until


class TinyTask(Task):
    """`act` names what the executor does with it; see `tiny_work.ACTS`."""

    kind: ClassVar[str] = "tiny"
    internal: ClassVar[bool] = True

    model: str = "none"
    act: str = "write"
    number: int = 0


class LightTask(TinyTask):
    kind: ClassVar[str] = "tiny-light"
    lane: ClassVar[Lane] = "light"


def spec(root: Path, lane: Lane = "gpu", make: Callable[[Path], TinyExecutor] = TinyExecutor) -> WorkerSpec:
    (root / "outputs").mkdir(parents=True, exist_ok=True)
    return WorkerSpec(lane, root / "queue.db", root / "private", partial(make, root), console=False)


def open_store(root: Path) -> JobStore:
    return JobStore(root / "queue.db")


def supervisor(root: Path, store: JobStore) -> Supervisor:
    return Supervisor([spec(root)], store)


def wait_for(store: JobStore, job_id: str, *states: str, seconds: float = 20.0) -> Job:
    wait_until(lambda: store.get(job_id).state.name in states, seconds)
    return store.get(job_id)

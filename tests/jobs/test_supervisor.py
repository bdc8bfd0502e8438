"""Workers in processes of their own: they run, survive faults, die, are replaced, and stop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oelala.jobs.store import JobStore
from oelala.jobs.supervisor import Supervisor
from oelala.tasks.job import Done
from tests.jobs.tiny import TinyTask, content_of, open_store, output_path, supervisor, wait_for


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    store = open_store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def running(tmp_path: Path, store: JobStore) -> Iterator[Supervisor]:
    keeper = supervisor(tmp_path, store)
    keeper.start()
    yield keeper
    keeper.stop()


def test_a_job_becomes_an_output(tmp_path: Path, store: JobStore, running: Supervisor) -> None:
    job = store.enqueue(TinyTask(number=3))
    running.wake("gpu")
    state = wait_for(store, job.id, "done", "failed").state
    assert isinstance(state, Done)
    assert state.result.output == f"outputs/{job.id}.bin"
    assert output_path(tmp_path, job.id).read_bytes() == content_of(3)

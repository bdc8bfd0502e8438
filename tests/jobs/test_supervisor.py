"""Workers in processes of their own: they run, survive faults, die, are replaced, and stop."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loguru import logger

from oelala.jobs.reporter import preview_path
from oelala.jobs.store import JobStore
from oelala.jobs.supervisor import Supervisor
from oelala.log_feed import LogFeed
from oelala.tasks.job import Cancelled, Done, Failed, Job, Queued, Running
from tests.jobs.tiny import LightTask, TinyTask, open_store, spec, wait_for
from tests.jobs.tiny_work import (
    DeadlyWarmth,
    LostDevice,
    NeverMade,
    TinyExecutor,
    content_of,
    output_path,
    wait_until,
)

Start = Callable[..., Supervisor]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    store = open_store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def start(tmp_path: Path, store: JobStore) -> Iterator[Start]:
    started: list[Supervisor] = []

    def begin(make: type[TinyExecutor] = TinyExecutor, patience: float = 5.0) -> Supervisor:
        light = dataclasses.replace(spec(tmp_path, "light", make), lazy=True)
        started.append(Supervisor([spec(tmp_path, "gpu", make), light], store, patience=patience))
        started[-1].start()
        return started[-1]

    yield begin
    for keeper in started:
        keeper.stop()


def ended(store: JobStore, task: TinyTask) -> Job:
    return wait_for(store, store.enqueue(task).id, "done", "failed", "cancelled")


def read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_a_job_becomes_an_output(tmp_path: Path, store: JobStore, start: Start) -> None:
    start()
    job = ended(store, TinyTask(number=3))
    assert isinstance(job.state, Done)
    assert job.state.result.output == f"outputs/{job.id}.bin"
    assert output_path(tmp_path, job.id).read_bytes() == content_of(3)
    assert job.state.result.details["modules"] == []  # no gradio, torch or numpy came along
    assert job.state.result.details["pid"] != os.getpid()


def test_whatever_a_job_raises_the_worker_lives_on(tmp_path: Path, store: JobStore, start: Start) -> None:
    start()
    faults = {
        "user-fault": ("cannot-do", ""),
        "bug": ("unexpected", "x"),
        "sys-exit": ("unexpected", "x"),
        "memory": ("out-of-memory", "x"),
        "torch-memory": ("out-of-memory", "x"),
        "disk-full": ("out-of-disk", ""),
    }
    pids = set()
    for act, (code, emptied) in faults.items():
        before = len(read(tmp_path / "emptied"))
        state = ended(store, TinyTask(act=act)).state
        assert isinstance(state, Failed)
        assert state.code == code
        after = ended(store, TinyTask()).state
        assert isinstance(after, Done)
        pids.add(after.result.details["pid"])
        assert read(tmp_path / "emptied")[before:] == emptied, act
    assert len(pids) == 1


def test_a_bug_leaves_a_reason_in_the_row_and_a_traceback_in_the_log(
    tmp_path: Path, store: JobStore, start: Start
) -> None:
    start()
    job = ended(store, TinyTask(act="bug"))
    assert isinstance(job.state, Failed)
    assert job.state.values == {"reason": "KeyError: 'surprise'"}
    records = [
        line for line in LogFeed(tmp_path / "private" / "logs").since(None).records if line["job"] == job.id
    ]
    [record] = [line for line in records if line["level"] == "ERROR"]
    assert record["process"] == "gpu"
    assert "Traceback" in record["message"]
    assert "tiny_work.py" in record["message"]


def test_a_job_that_kills_its_worker_is_tried_three_times(
    tmp_path: Path, store: JobStore, start: Start
) -> None:
    log: list[str] = []
    sink = logger.add(log.append, format="{extra[job]} {message}")
    start()
    for act, reason in (("segfault", "SIGSEGV"), ("exit", "exit code 7")):
        job, after = store.enqueue_all([TinyTask(act=act), TinyTask()])
        state = wait_for(store, job.id, "failed").state
        assert isinstance(state, Failed)
        assert state.code == "interrupted"
        assert state.values["attempts"] == 3
        if os.name == "posix":
            assert state.values["reason"] == reason
        wait_for(store, after.id, "done")
        assert f"{job.id} the gpu worker ended: {state.values['reason']}\n" in log
        assert f"{job.id} its job is failed now\n" in log
    logger.remove(sink)
    assert sum("Segmentation fault" in line or "access violation" in line for line in log) == 3


def test_a_cancel_is_answered_at_once(tmp_path: Path, store: JobStore, start: Start) -> None:
    keeper = start()
    job, after = store.enqueue_all([TinyTask(act="slow"), TinyTask()])
    wait_for(store, job.id, "running")
    pid = keeper.pids["gpu"]
    asked = time.monotonic()
    store.request_cancel(job.id)
    keeper.wake("gpu")
    state = wait_for(store, job.id, "cancelled").state
    assert time.monotonic() - asked < 0.5
    assert isinstance(state, Cancelled)
    assert state.started is not None
    state = wait_for(store, after.id, "done").state
    assert isinstance(state, Done)
    assert state.result.details["pid"] == pid
    assert not output_path(tmp_path, job.id).exists()


def test_a_worker_that_does_not_answer_a_cancel_is_killed(store: JobStore, start: Start) -> None:
    keeper = start(patience=0.3)
    job = store.enqueue(TinyTask(act="deaf"))
    after = store.enqueue(TinyTask())
    wait_for(store, job.id, "running")
    pid = keeper.pids["gpu"]
    asked = time.monotonic()
    store.request_cancel(job.id)
    wait_for(store, job.id, "cancelled")
    assert 0.3 <= time.monotonic() - asked < 2
    state = wait_for(store, after.id, "done").state
    assert isinstance(state, Done)
    assert state.result.details["pid"] != pid


def test_progress_and_previews_while_it_runs(tmp_path: Path, store: JobStore, start: Start) -> None:
    start()
    job = store.enqueue(TinyTask(act="slow"))
    path = preview_path(tmp_path / "private", job.id)
    seen: set[int] = set()
    begun = time.monotonic()
    while time.monotonic() - begun < 1.2:
        state = store.get(job.id).state
        if isinstance(state, Running) and state.progress.step:
            begun = begun if seen else time.monotonic()
            assert (state.progress.phase, state.progress.total) == ("denoising", 1000)
            assert state.progress.preview <= state.progress.step + 1
            assert path.read_bytes().startswith(b"RIFF")
            seen.add(state.progress.step)
        time.sleep(0.01)
    assert 2 <= len(seen) <= 8  # five rows a second, however often the engine reports
    store.request_cancel(job.id)
    wait_for(store, job.id, "cancelled")
    wait_until(lambda: not path.exists())


def test_a_lane_starts_with_its_first_job(store: JobStore, start: Start) -> None:
    keeper = start()
    ended(store, TinyTask())
    assert set(keeper.pids) == {"gpu"}
    state = ended(store, LightTask()).state
    assert isinstance(state, Done)
    assert set(keeper.pids) == {"gpu", "light"}
    assert state.result.details["pid"] == keeper.pids["light"]


def test_an_idle_worker_warms_up(tmp_path: Path, store: JobStore, start: Start) -> None:
    start()
    wait_until(lambda: read(tmp_path / "warmed") == "x")
    assert isinstance(ended(store, TinyTask()).state, Done)


def test_a_waiting_job_goes_before_warming_up(tmp_path: Path, store: JobStore, start: Start) -> None:
    job = store.enqueue(TinyTask())
    start()
    wait_for(store, job.id, "done")
    assert read(tmp_path / "warmed") == ""


def test_a_deadly_warm_up_does_not_keep_jobs_from_running(
    tmp_path: Path, store: JobStore, start: Start
) -> None:
    start(DeadlyWarmth)
    wait_until(lambda: read(tmp_path / "warmed") == "x")
    assert isinstance(ended(store, TinyTask()).state, Done)
    assert read(tmp_path / "warmed") == "x"


def test_an_executor_that_cannot_be_made_fails_its_jobs_with_the_reason(
    store: JobStore, start: Start
) -> None:
    start(NeverMade)
    for _ in range(2):
        state = ended(store, TinyTask()).state
        assert isinstance(state, Failed)
        assert state.values == {"reason": "ImportError: libcuda.so.1 is missing"}


def test_a_device_that_cannot_be_emptied_gets_a_new_worker(store: JobStore, start: Start) -> None:
    keeper = start(LostDevice)
    job = ended(store, TinyTask(act="memory"))
    assert isinstance(job.state, Failed)
    assert job.attempt == 1
    assert isinstance(ended(store, TinyTask()).state, Done)
    assert keeper.pids["gpu"] == ended(store, TinyTask()).state.result.details["pid"]  # type: ignore[union-attr]


def test_stopping_puts_the_running_job_back(store: JobStore, start: Start) -> None:
    keeper = start()
    job = store.enqueue(TinyTask(act="slow"))
    wait_for(store, job.id, "running")
    begun = time.monotonic()
    keeper.stop()
    assert time.monotonic() - begun < 1
    assert (store.get(job.id).state, store.get(job.id).attempt) == (Queued(), 1)
    assert keeper.pids == {}
    keeper.stop()  # twice does no harm


def test_stopping_does_not_wait_for_a_deaf_job(store: JobStore, start: Start) -> None:
    keeper = start()
    job = store.enqueue(TinyTask(act="deaf"))
    wait_for(store, job.id, "running")
    begun = time.monotonic()
    keeper.stop(timeout=0.2)
    assert time.monotonic() - begun < 1
    assert store.get(job.id).state == Queued()


def test_a_start_takes_back_what_was_running_and_sweeps_previews(
    tmp_path: Path, store: JobStore, start: Start
) -> None:
    job = store.enqueue(TinyTask())
    store.claim("gpu", "a worker long gone")
    stale = preview_path(tmp_path / "private", "old")
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"RIFF")
    start()
    assert not stale.exists()
    assert wait_for(store, job.id, "done").attempt == 2


def test_a_job_claimed_by_a_dying_worker_of_an_earlier_studio_is_taken_back(
    store: JobStore, start: Start
) -> None:
    """It claims once more between the new studio's start and its own end."""
    keeper = start()
    ended(store, TinyTask())
    stray, running = store.enqueue_all([LightTask(), TinyTask(act="slow")])
    claimed = store.claim("light", "light-of-before")
    assert claimed is None or claimed.id == stray.id
    assert wait_for(store, stray.id, "done").attempt == (1 if claimed is None else 2)
    assert wait_for(store, running.id, "running").attempt == 1
    assert set(keeper.pids) == {"gpu", "light"}


def test_only_its_own_jobs(tmp_path: Path, store: JobStore) -> None:
    other, mine = store.enqueue_all([TinyTask(), TinyTask()])
    keeper = Supervisor([dataclasses.replace(spec(tmp_path), only=(mine.id,))], store)
    keeper.start()
    wait_for(store, mine.id, "done")
    time.sleep(0.3)
    keeper.stop()
    assert store.get(other.id).state == Queued()

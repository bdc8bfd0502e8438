"""The queue's promises on real files: order, ownership, revisions, losses, old, broken and full databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from oelala.errors import OelalaError
from oelala.jobs import schema
from oelala.jobs.store import JobStore
from oelala.tasks.job import (
    MAX_ATTEMPTS,
    Cancelled,
    Done,
    Failed,
    Job,
    JobProgress,
    JobResult,
    Queued,
    Running,
)
from tests.jobs.tiny import LightTask, TinyTask, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    store = open_store(tmp_path)
    yield store
    store.close()


def claimed(store: JobStore) -> Job:
    store.enqueue(TinyTask())
    job = store.claim("gpu", "w")
    assert job is not None
    return job


def test_a_life_in_states(store: JobStore) -> None:
    job = store.enqueue(TinyTask(number=5))
    assert job.state == Queued()
    assert (job.kind, job.lane, job.attempt, job.task["number"]) == ("tiny", "gpu", 1, 5)
    running = store.claim("gpu", "w")
    assert running is not None
    assert running.id == job.id
    assert isinstance(running.state, Running)
    assert store.report(job.id, 1, JobProgress("denoising", 3, 20, 1))
    state = store.get(job.id).state
    assert state == Running(running.state.started, JobProgress("denoising", 3, 20, 1))
    assert store.finish(job.id, 1, JobResult("outputs/a.mp4", {"seconds": 9.1}))
    state = store.get(job.id).state
    assert isinstance(state, Done)
    assert state.result == JobResult("outputs/a.mp4", {"seconds": 9.1})
    assert job.created <= state.started <= state.finished


def test_a_failure_keeps_its_code_and_values(store: JobStore) -> None:
    job = claimed(store)
    assert store.fail(job.id, 1, "out-of-disk", {"path": Path("/x"), "free": "1 MB"})
    state = store.get(job.id).state
    assert isinstance(state, Failed)
    assert (state.code, state.values) == ("out-of-disk", {"path": str(Path("/x")), "free": "1 MB"})


def test_ids_sort_by_time_and_serve_as_file_names(store: JobStore) -> None:
    jobs = store.enqueue_all([TinyTask()] * 50)
    assert len({job.id for job in jobs}) == 50
    assert [job.id[:15] for job in jobs] == sorted(job.id[:15] for job in jobs)
    assert all(
        set(job.id) <= set("0123456789abcdefghijklmnopqrstuvwxyz-") and len(job.id) == 22 for job in jobs
    )


def test_claims_come_in_order_and_by_lane(store: JobStore) -> None:
    first, second = store.enqueue_all([TinyTask(number=1), TinyTask(number=2)])
    light = store.enqueue(LightTask())
    ids = [
        job.id if (job := store.claim(lane, "w")) else None
        for lane in ("light", "gpu", "light", "gpu", "gpu")
    ]
    assert ids == [light.id, first.id, None, second.id, None]


def test_only_some_jobs(store: JobStore) -> None:
    jobs = store.enqueue_all([TinyTask()] * 3)
    assert store.claim("gpu", "w", only=()) is None
    job = store.claim("gpu", "w", only=(jobs[2].id, jobs[1].id))
    assert job is not None
    assert job.id == jobs[1].id


def test_an_unknown_job(store: JobStore) -> None:
    for call in (store.get, store.retry, store.request_cancel):
        with pytest.raises(OelalaError) as caught:
            call("nobody")
        assert (caught.value.code, caught.value.values) == ("unknown-job", {"job": "nobody"})
    assert not store.finish("nobody", 1, JobResult())


def test_cancel_in_every_state(store: JobStore) -> None:
    queued = store.enqueue(TinyTask())
    state = store.request_cancel(queued.id).state
    assert isinstance(state, Cancelled)
    assert state.started is None
    running = claimed(store)
    assert store.cancelling("w") == frozenset()
    asked = store.request_cancel(running.id)
    assert isinstance(asked.state, Running)
    assert asked.state.cancelling
    assert store.cancelling("w") == {running.id}
    assert store.cancelling("other") == frozenset()
    assert store.request_cancel(running.id) == asked  # asking twice changes nothing, not even the revision
    assert store.mark_cancelled(running.id, 1)
    ended = store.get(running.id)
    assert isinstance(ended.state, Cancelled)
    assert store.request_cancel(running.id) == ended


def test_a_worker_that_was_given_up_on_is_ignored(store: JobStore) -> None:
    job = claimed(store)
    store.requeue_lost("w", "SIGKILL")
    again = store.claim("gpu", "w2")
    assert again is not None
    assert again.attempt == 2
    before = store.get(job.id)
    assert not store.report(job.id, 1, JobProgress("saving", 1, 1))
    assert not store.finish(job.id, 1, JobResult("outputs/old.mp4"))
    assert not store.fail(job.id, 1, "unexpected", {})
    assert not store.mark_cancelled(job.id, 1)
    assert store.get(job.id) == before
    assert store.finish(job.id, 2, JobResult("outputs/new.mp4"))
    assert not store.mark_cancelled(job.id, 2)


def test_lost_jobs_run_again_then_fail(store: JobStore) -> None:
    job = claimed(store)
    later = store.enqueue(TinyTask())
    for attempt in range(1, MAX_ATTEMPTS):
        assert [lost.state for lost in store.requeue_lost("w", f"end {attempt}")] == [Queued()]
        again = store.claim("gpu", "w")
        assert again is not None
        assert (again.id, again.attempt) == (
            job.id,
            attempt + 1,
        )  # it kept its place in front of the later one
        assert isinstance(again.state, Running)
        assert again.state.progress == JobProgress()
    [lost] = store.requeue_lost(None, "SIGSEGV")
    assert isinstance(lost.state, Failed)
    assert (lost.state.code, lost.state.values) == ("interrupted", {"attempts": 3, "reason": "SIGSEGV"})
    assert store.requeue_lost(None, "nothing left") == []
    assert store.get(later.id).state == Queued()


def test_only_that_workers_jobs_are_lost(store: JobStore) -> None:
    mine, other = store.enqueue(TinyTask()), store.enqueue(LightTask())
    store.claim("gpu", "w")
    store.claim("light", "v")
    assert [job.id for job in store.requeue_lost("w", "x")] == [mine.id]
    assert isinstance(store.get(other.id).state, Running)


def test_a_lost_job_that_was_to_stop_is_cancelled(store: JobStore) -> None:
    job = claimed(store)
    store.request_cancel(job.id)
    assert [type(lost.state) for lost in store.requeue_lost("w", "killed")] == [Cancelled]


def test_stopping_the_studio_is_not_held_against_a_job(store: JobStore) -> None:
    job = claimed(store)
    for _ in range(5):
        [lost] = store.requeue_lost("w", "stopped", counted=False)
        assert (lost.attempt, lost.state) == (1, Queued())
        store.claim("gpu", "w")
    assert store.finish(job.id, 1, JobResult())


def test_retry_is_a_new_job_with_the_same_task(store: JobStore) -> None:
    job = claimed(store)
    store.fail(job.id, 1, "unexpected", {"reason": "?"})
    again = store.retry(job.id)
    assert again.id != job.id
    assert (again.kind, again.lane, again.task, again.attempt) == (job.kind, job.lane, job.task, 1)
    assert again.state == Queued()


def test_the_list_shows_unfinished_then_newest(store: JobStore) -> None:
    ids = [job.id for job in store.enqueue_all([TinyTask()] * 6)]
    for job_id in ids[:3]:
        store.claim("gpu", "w")
        store.finish(job_id, 1, JobResult())
    store.claim("gpu", "w")
    assert [job.id for job in store.list(50)] == [*ids[3:], ids[2], ids[1], ids[0]]
    assert [job.id for job in store.list(4)] == [*ids[3:], ids[2]]
    assert [job.id for job in store.list(2)] == ids[3:5]


def test_what_a_lane_did_last_is_found_behind_any_queue(store: JobStore) -> None:
    assert store.last_done("gpu", 0.0) is None
    first, second, failed, *_ = [job.id for job in store.enqueue_all([TinyTask()] * 60)]
    for job_id in (first, second):
        store.claim("gpu", "w")
        store.finish(job_id, 1, JobResult())
    store.claim("gpu", "w")
    store.fail(failed, 1, "model-broken", {})
    store.enqueue(LightTask())
    found = store.last_done("gpu", 0.0)
    assert found is not None
    assert found.id == second
    assert isinstance(found.state, Done)
    assert store.last_done("light", 0.0) is None
    assert store.last_done("gpu", found.state.finished + 1) is None


def test_a_job_that_finishes_meanwhile_is_listed_once(tmp_path: Path, store: JobStore) -> None:
    job = claimed(store)
    worker = open_store(tmp_path)

    def finish_between(statement: str) -> None:
        if "IS NOT NULL" in statement:
            worker.finish(job.id, 1, JobResult())

    store._connection().set_trace_callback(finish_between)
    assert [one.state.name for one in store.list(10)] == ["running"]
    assert [one.state.name for one in store.list(10)] == ["done"]
    worker.close()


def test_changes_since_a_revision(store: JobStore) -> None:
    assert store.changed_since(0, 10) == ([], 0)
    first, second = store.enqueue_all([TinyTask()] * 2)
    jobs, revision = store.changed_since(0, 10)
    assert jobs == [first, second]
    assert store.changed_since(revision, 10) == ([], revision)
    store.claim("gpu", "w")
    store.report(first.id, 1, JobProgress("denoising", 1, 4))
    store.request_cancel(second.id)
    jobs, newest = store.changed_since(revision, 10)
    assert [(job.id, job.state.name) for job in jobs] == [(first.id, "running"), (second.id, "cancelled")]
    piece, reached = store.changed_since(revision, 1)
    assert piece == jobs[:1]
    assert store.changed_since(reached, 10) == (jobs[1:], newest)
    assert store.changed_since(newest + 100, 10) == (jobs, newest)  # from another queue: all from the start


def test_a_change_that_is_ignored_leaves_the_revision(store: JobStore) -> None:
    job = claimed(store)
    _, revision = store.changed_since(0, 10)
    store.finish(job.id, 9, JobResult())
    assert store.changed_since(revision, 10) == ([], revision)


def test_all_or_none_are_queued(tmp_path: Path, store: JobStore) -> None:
    broken = TinyTask.model_construct(act="write", number=object())
    with pytest.raises(ValueError, match="serialize"):
        store.enqueue_all([TinyTask(), broken])
    assert store.list(10) == []


def test_the_file_is_kept_safe_from_a_power_cut(tmp_path: Path, store: JobStore) -> None:
    connection = schema.open_database(tmp_path / "queue.db")
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()


def test_a_long_history_costs_nothing(tmp_path: Path, store: JobStore) -> None:
    """Every question the page or a worker repeats is answered from an index."""
    connection = schema.open_database(tmp_path / "queue.db")
    asked: list[str] = []
    store._connection().set_trace_callback(asked.append)
    store.list(50)
    store.last_done("gpu", 1.0)
    store.changed_since(0, 50)
    store.waiting("gpu")
    store.workers()
    store.cancelling("w")
    store.enqueue(TinyTask())
    store.claim("gpu", "w")
    store.requeue_lost("w", "x")
    plans = [
        row["detail"]
        for query in asked
        if query.startswith(("SELECT", "UPDATE"))
        for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")
    ]
    connection.close()
    assert len(plans) > 10
    assert not [plan for plan in plans if plan.startswith("SCAN jobs") and "USING" not in plan]
    assert not [plan for plan in plans if "TEMP B-TREE" in plan]


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    path = tmp_path / "queue.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(OelalaError) as caught:
        open_store(tmp_path)
    assert caught.value.code == "newer-database"
    assert caught.value.values == {"path": str(path), "found": 99, "known": len(schema.MIGRATIONS)}
    assert path.read_bytes() == before


def test_an_older_database_is_brought_up_to_date(tmp_path: Path) -> None:
    """Version 1 as it was released, by hand: this text must never follow a change of the code."""
    path = tmp_path / "queue.db"
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_1)
    connection.close()
    store = open_store(tmp_path)
    [job] = store.list(10)
    assert (job.id, job.kind, job.task, job.attempt) == (
        "20261122-171500-abcdef",
        "tiny",
        {"model": "none"},
        2,
    )
    assert store.claim("gpu", "w") is not None
    store.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS)
    connection.close()


def test_a_migration_that_breaks_off_changes_nothing(tmp_path: Path) -> None:
    connection = schema.open_database(tmp_path / "queue.db")
    broken = ("ALTER TABLE jobs ADD COLUMN extra TEXT", "not sql")
    with pytest.raises(sqlite3.OperationalError), schema.transaction(connection):
        list(map(connection.execute, broken))
    columns = {row["name"] for row in connection.execute("PRAGMA table_info(jobs)")}
    connection.close()
    assert "extra" not in columns


@pytest.mark.parametrize("content", [b"this is no database at all, but it is long enough" * 100])
def test_a_damaged_database_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "queue.db").write_bytes(content)
    with pytest.raises(OelalaError) as caught:
        open_store(tmp_path)
    assert caught.value.code == "damaged-database"
    assert (tmp_path / "queue.db").read_bytes() == content


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OelalaError) as caught:
        JobStore(tmp_path / "file" / "queue.db")
    assert caught.value.code == "not-writable"


def test_a_full_database_says_so_and_recovers(store: JobStore) -> None:
    """SQLite's own page limit gives the very error of a full disk."""
    job = store.enqueue(TinyTask())
    connection = store._connection()
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OelalaError) as caught:
        store.enqueue_all([TinyTask(act="x" * 1000)] * 100)
    assert caught.value.code == "out-of-disk"
    assert [found.id for found in store.list(500)] == [job.id]
    connection.execute("PRAGMA max_page_count = 100000")
    assert len(store.enqueue_all([TinyTask(act="x" * 1000)] * 100)) == 100


VERSION_1 = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, lane TEXT NOT NULL,
    task TEXT NOT NULL, created REAL NOT NULL, attempt INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    worker TEXT, cancelling INTEGER NOT NULL DEFAULT 0, started REAL, finished REAL,
    phase TEXT NOT NULL DEFAULT '', step INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0,
    preview INTEGER NOT NULL DEFAULT 0, output TEXT, details TEXT NOT NULL DEFAULT '{}',
    code TEXT, code_values TEXT NOT NULL DEFAULT '{}', revision INTEGER NOT NULL
);
CREATE INDEX jobs_waiting ON jobs (lane, number) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (worker) WHERE state = 'running';
CREATE INDEX jobs_unfinished ON jobs (number) WHERE finished IS NULL;
CREATE INDEX jobs_finished ON jobs (finished, number) WHERE finished IS NOT NULL;
CREATE UNIQUE INDEX jobs_revision ON jobs (revision);
INSERT INTO jobs (id, kind, lane, task, created, attempt, state, revision)
    VALUES ('20261122-171500-abcdef', 'tiny', 'gpu', '{"model":"none"}', 1795367700.0, 2, 'queued', 7);
PRAGMA user_version = 1;
"""

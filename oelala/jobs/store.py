"""The queue on disk: every job there ever was, safe to use from many threads and processes at once.

A worker owns a job by `(job id, attempt)`: what it says about an attempt that is no longer the running one is
ignored, so a worker that was given up on can do no harm.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import weakref
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from oelala.errors import OelalaError
from oelala.jobs.rows import new_job_id, to_job, to_json
from oelala.jobs.schema import Connection, faults_explained, open_database, transaction
from oelala.tasks.job import MAX_ATTEMPTS, Job, JobProgress, JobResult

if TYPE_CHECKING:
    from oelala.tasks.base import Lane, Task

Jobs: TypeAlias = list[Job]

# Writers take turns (BEGIN IMMEDIATE), so every change of any row gets a number of its own.
NEXT_REVISION = "(SELECT coalesce(max(revision), 0) + 1 FROM jobs)"
OWNED = "id = :id AND attempt = :attempt AND state = 'running'"


class JobStore:
    """One file. Opening it makes or migrates the tables; every thread gets a connection of its own.

    Raises OelalaError wherever it touches the disk: "newer-database", "damaged-database", "not-writable",
    "out-of-disk".
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._opened: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._connection()

    def close(self) -> None:
        """Close the connections of all threads; a later call opens a new one."""
        for connection in list(self._opened):
            connection.close()
        self._local = threading.local()

    # -- what users ask

    def enqueue(self, task: Task) -> Job:
        return self.enqueue_all([task])[0]

    def enqueue_all(self, tasks: Sequence[Task]) -> Jobs:
        """Queue all or, when the disk is full, none; they run in this order."""
        rows = [(task.kind, task.lane, task.model_dump_json()) for task in tasks]
        with self._writing() as connection:
            return [_insert(connection, *row) for row in rows]

    def retry(self, job_id: str) -> Job:
        """Queue the same task again as a new job."""
        with self._writing() as connection:
            row = _find(connection, job_id)
            return _insert(connection, row["kind"], row["lane"], row["task"])

    def request_cancel(self, job_id: str) -> Job:
        """Queued: cancelled at once. Running: its worker is told. Finished: left as it is."""
        with self._writing() as connection:
            state = _find(connection, job_id)["state"]
            if state == "queued":
                _change(connection, "id = :id", {"id": job_id}, state="cancelled", finished=time.time())
            elif state == "running":
                _change(connection, "id = :id AND cancelling = 0", {"id": job_id}, cancelling=1)
            return to_job(_find(connection, job_id))

    def get(self, job_id: str) -> Job:
        """Raises OelalaError ("unknown-job")."""
        with self._reading() as connection:
            return to_job(_find(connection, job_id))

    def list(self, limit: int) -> Jobs:
        """Unfinished jobs, the oldest first, then the newest finished ones, `limit` in all."""
        query = "SELECT * FROM jobs WHERE finished {} LIMIT ?"
        # One snapshot: a job that finishes between the two would otherwise be listed twice.
        with self._reading() as connection, transaction(connection, "DEFERRED"):
            rows = connection.execute(query.format("IS NULL ORDER BY number"), (limit,)).fetchall()
            newest = query.format("IS NOT NULL ORDER BY finished DESC, number DESC")
            rows += connection.execute(newest, (limit - len(rows),)).fetchall()
        return [to_job(row) for row in rows]

    def last_done(self, lane: Lane, since: float) -> Job | None:
        """The lane's job that was done last, at `since` (epoch seconds) or later."""
        query = (
            "SELECT * FROM jobs WHERE finished >= ? AND lane = ? AND state = 'done'"
            " ORDER BY finished DESC, number DESC LIMIT 1"
        )
        with self._reading() as connection:
            row = connection.execute(query, (since, lane)).fetchone()
        return None if row is None else to_job(row)

    def changed_since(self, revision: int, limit: int) -> tuple[Jobs, int]:
        """Jobs changed after `revision`, the oldest change first, and the revision to go on from.

        A revision from the future belongs to another file (the queue was removed): it counts as 0.
        """
        newer = "SELECT * FROM jobs WHERE revision > ? ORDER BY revision LIMIT ?"
        with self._reading() as connection:
            if revision > (connection.execute("SELECT max(revision) FROM jobs").fetchone()[0] or 0):
                revision = 0
            jobs = [to_job(row) for row in connection.execute(newer, (revision, limit))]
        return jobs, jobs[-1].revision if jobs else revision

    # -- what a worker says

    def claim(self, lane: Lane, worker: str, only: Collection[str] | None = None) -> Job | None:
        """The oldest queued job of the lane, now running under the name `worker`; None: nothing to do.

        `only`: choose among these job ids alone.
        """
        if not self.waiting(lane, only):  # an idle poll takes no lock and writes nothing
            return None
        with self._writing() as connection:
            row = _oldest_waiting(connection, lane, only)
            if row is None:
                return None
            _change(connection, "id = :id", row, state="running", worker=worker, started=time.time())
            return to_job(_find(connection, row["id"]))

    def waiting(self, lane: Lane, only: Collection[str] | None = None) -> bool:
        """Whether a worker of that lane has something to do."""
        with self._reading() as connection:
            return _oldest_waiting(connection, lane, only) is not None

    def report(self, job_id: str, attempt: int, progress: JobProgress) -> bool:
        values = {"phase": progress.phase, "step": progress.step, "total": progress.total}
        return self._settle(job_id, attempt, **values, preview=progress.preview)

    def finish(self, job_id: str, attempt: int, result: JobResult) -> bool:
        details = to_json(result.details)
        return self._settle(
            job_id, attempt, state="done", finished=time.time(), output=result.output, details=details
        )

    def fail(self, job_id: str, attempt: int, code: str, values: Mapping[str, Any]) -> bool:
        return self._settle(
            job_id, attempt, state="failed", finished=time.time(), code=code, code_values=to_json(values)
        )

    def mark_cancelled(self, job_id: str, attempt: int) -> bool:
        return self._settle(job_id, attempt, state="cancelled", finished=time.time())

    def cancelling(self, worker: str) -> frozenset[str]:
        """The ids of that worker's running jobs that should stop."""
        query = "SELECT id FROM jobs WHERE state = 'running' AND worker = ? AND cancelling = 1"
        with self._reading() as connection:
            return frozenset(row["id"] for row in connection.execute(query, (worker,)))

    # -- what the supervisor says

    def workers(self) -> frozenset[str]:
        """The names under which jobs are running."""
        with self._reading() as connection:
            query = "SELECT DISTINCT worker FROM jobs WHERE state = 'running'"
            return frozenset(row["worker"] for row in connection.execute(query))

    def requeue_lost(self, worker: str | None, reason: str, *, counted: bool = True) -> Jobs:
        """Take running jobs back from a worker that is gone (None: from all; nobody else may be at work).

        Each is queued again as its next attempt, keeping its place; after `MAX_ATTEMPTS` it has failed as
        "interrupted" because of `reason`; one that was to stop is cancelled. `counted=False`: the user ended
        the studio, which is not held against the job.
        """
        with self._writing() as connection:
            query = "SELECT * FROM jobs WHERE state = 'running' AND (:worker IS NULL OR worker = :worker)"
            lost = connection.execute(query, {"worker": worker}).fetchall()
            for row in lost:
                _change(connection, OWNED, row, **_after_loss(row, reason, counted))
            return [to_job(_find(connection, row["id"])) for row in lost]

    # -- plumbing

    def _settle(self, job_id: str, attempt: int, **values: Any) -> bool:
        with self._writing() as connection:
            return _change(connection, OWNED, {"id": job_id, "attempt": attempt}, **values)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with faults_explained(self.path):
            yield self._connection()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._reading() as connection, transaction(connection):
            yield connection

    def _connection(self) -> Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = open_database(self.path)
            self._opened.add(self._local.connection)
        connection: Connection = self._local.connection
        return connection


def _insert(connection: Connection, kind: str, lane: str, task: str) -> Job:
    created = time.time()
    job_id = new_job_id(created)
    while connection.execute("SELECT 1 FROM jobs WHERE id = ?", (job_id,)).fetchone():
        job_id = new_job_id(created)  # thousands in one second: the same tail does come up twice
    connection.execute(
        "INSERT INTO jobs (id, kind, lane, task, created, state, revision) "  # noqa: S608
        f"VALUES (?, ?, ?, ?, ?, 'queued', {NEXT_REVISION})",
        (job_id, kind, lane, task, created),
    )
    return to_job(_find(connection, job_id))


def _find(connection: Connection, job_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
    if row is None:
        raise OelalaError("unknown-job", job=job_id)
    return row


def _oldest_waiting(connection: Connection, lane: Lane, only: Collection[str] | None) -> sqlite3.Row | None:
    query = "SELECT * FROM jobs WHERE state = 'queued' AND lane = :lane{} ORDER BY number LIMIT 1"
    among = "" if only is None else " AND id IN (SELECT value FROM json_each(:only))"
    values = {"lane": lane, "only": json.dumps(list(only or ()))}
    row: sqlite3.Row | None = connection.execute(query.format(among), values).fetchone()
    return row


def _change(connection: Connection, where: str, key: Mapping[str, Any] | sqlite3.Row, **values: Any) -> bool:
    """Change columns of the row that `where` finds; the column names are this module's own words."""
    columns = ", ".join(f"{name} = :new_{name}" for name in values)
    statement = f"UPDATE jobs SET {columns}, revision = {NEXT_REVISION} WHERE {where}"  # noqa: S608
    named = {f"new_{name}": value for name, value in values.items()}
    return connection.execute(statement, {**dict(key), **named}).rowcount > 0


def _after_loss(row: sqlite3.Row, reason: str, counted: bool) -> dict[str, Any]:
    if row["cancelling"]:
        return {"state": "cancelled", "finished": time.time()}
    if counted and row["attempt"] >= MAX_ATTEMPTS:
        values = to_json({"attempts": row["attempt"], "reason": reason})
        return {"state": "failed", "finished": time.time(), "code": "interrupted", "code_values": values}
    again = {"state": "queued", "worker": None, "started": None, "attempt": row["attempt"] + int(counted)}
    return {**again, "phase": "", "step": 0, "total": 0, "preview": 0}

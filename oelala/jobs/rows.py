"""A row of the queue as a `Job`, and new job ids."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from oelala.tasks.job import Cancelled, Done, Failed, Job, JobProgress, JobResult, Queued, Running, State

# Without 0/o, 1/l/i: ids are read aloud and typed.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_job_id(created: float) -> str:
    """Such as "20261122-171500-x7k2p9": UTC, so that ids sort by time through summer and winter time."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(created))
    return f"{stamp}-{''.join(secrets.choice(ALPHABET) for _ in range(6))}"


def to_job(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        kind=row["kind"],
        lane=row["lane"],
        task=json.loads(row["task"]),
        created=row["created"],
        attempt=row["attempt"],
        state=_state(row),
        revision=row["revision"],
    )


def to_json(values: Mapping[str, Any]) -> str:
    """`default=str`: a path among an error's values must not turn its report into a second error."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=str)


def _state(row: sqlite3.Row) -> State:
    match row["state"]:
        case "queued":
            return Queued()
        case "running":
            progress = JobProgress(row["phase"], row["step"], row["total"], row["preview"])
            return Running(row["started"], progress, bool(row["cancelling"]))
        case "done":
            result = JobResult(row["output"], json.loads(row["details"]))
            return Done(row["started"], row["finished"], result)
        case "failed":
            return Failed(row["started"], row["finished"], row["code"], json.loads(row["code_values"]))
        case _:  # the table's CHECK leaves only "cancelled"
            return Cancelled(row["started"], row["finished"])

"""A task in the queue, and the states it can be in. States are types: match them exhaustively."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # a queue can be read without pydantic, which takes a worker half of its start
    from oelala.tasks.base import Lane

StateName = Literal["queued", "running", "done", "failed", "cancelled"]
MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class JobProgress:
    """The last report of a running job; `preview` counts the previews written so far (0: none yet)."""

    phase: str = ""
    step: int = 0
    total: int = 0
    preview: int = 0


@dataclass(frozen=True, slots=True)
class JobResult:
    """What an engine returns. `output` is relative to the workspace, with forward slashes; None: no file."""

    output: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Queued:
    name: Literal["queued"] = "queued"


@dataclass(frozen=True, slots=True)
class Running:
    started: float
    progress: JobProgress = JobProgress()
    cancelling: bool = False
    name: Literal["running"] = "running"


@dataclass(frozen=True, slots=True)
class Done:
    started: float
    finished: float
    result: JobResult
    name: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class Failed:
    """`code` and `values` are those of `OelalaError`; a fault nobody foresaw has the code "unexpected"."""

    started: float | None
    finished: float
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    name: Literal["failed"] = "failed"


@dataclass(frozen=True, slots=True)
class Cancelled:
    started: float | None
    finished: float
    name: Literal["cancelled"] = "cancelled"


State = Queued | Running | Done | Failed | Cancelled


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the queue. Times are seconds since the epoch; `task` is the resolved task as JSON values.

    `revision` grows with every change of any row, so that a reader can ask for what changed since.
    """

    id: str
    kind: str
    lane: Lane
    task: Mapping[str, Any]
    created: float
    attempt: int
    state: State
    revision: int

"""How far a job is and whether it should stop: handed down to the engine, never looked up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from oelala.errors import Cancelled

Phase = Literal["loading", "encoding", "denoising", "decoding", "saving", "working"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One report. `step` of `total` counts within `phase` (`total` 0: unknown).

    `preview` holds the bytes of an animated WebP, or None when this report brings no new picture.
    """

    phase: Phase
    step: int = 0
    total: int = 0
    preview: bytes | None = None


class CancelToken:
    """Set once, by whoever watches for the user's wish; checked often, by whoever works."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` once the user has asked to stop."""
        if self._event.is_set():
            raise Cancelled


def _ignore(progress: Progress) -> None:
    del progress


@dataclass(frozen=True, slots=True)
class RunContext:
    """Everything a running job is told: who it is, and the two lines to the outside.

    `created` is the job's creation time in seconds since the epoch; with `job_id` it decides the output's
    final path, so that a repeated attempt replaces its output and never doubles it.
    """

    job_id: str
    created: float
    attempt: int = 1
    report: Callable[[Progress], None] = _ignore
    cancel: CancelToken = field(default_factory=CancelToken)

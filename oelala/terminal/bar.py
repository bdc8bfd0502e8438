"""A progress bar of one line, for a terminal only."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from oelala.tasks.job import Job, Running
from oelala.texts import Language, say

WIDTH = 24


class Bar:
    def __init__(self, language: Language, shown: bool) -> None:
        self._language, self._shown, self._drawn = language, shown, False

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def show(self, job: Job) -> None:
        if self._shown:
            self._drawn = True
            print(f"\r\033[K{line(job, self._language, time.time())}", end="", file=sys.stderr, flush=True)


def line(job: Job, language: Language, now: float) -> str:
    """`Denoising  [######------]  7/20  3 s`; a waiting job says that it waits."""
    if not isinstance(job.state, Running):
        return say("terminal.waiting", language)
    progress = job.state.progress
    phase = say(f"terminal.phase.{progress.phase or 'loading'}", language)
    elapsed = f"{max(0.0, now - job.state.started):.0f} s"
    if not progress.total:
        return f"{phase}  {elapsed}"
    full = WIDTH * progress.step // progress.total
    return f"{phase}  [{'#' * full}{'-' * (WIDTH - full)}]  {progress.step}/{progress.total}  {elapsed}"

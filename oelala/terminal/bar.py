"""A progress bar of one line, for a terminal only."""

from __future__ import annotations

import shutil
import sys
import time
from collections import deque
from types import TracebackType

from oelala.tasks.download import Download
from oelala.tasks.job import Job, Running
from oelala.texts import Language, say, written

WIDTH = 24
PACE_SECONDS = 10.0


class Bar:
    """Redraws its line with spaces: not every console of Windows knows escape sequences."""

    def __init__(self, language: Language, shown: bool) -> None:
        self._language, self._shown, self._length = language, shown, 0
        self._pace = Pace()

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._length:
            self._write("")
            print("\r", end="", file=sys.stderr, flush=True)

    def show(self, job: Job) -> None:
        now = time.time()
        if job.kind == Download.kind and isinstance(job.state, Running):
            progress = job.state.progress
            rate = self._pace.see(progress.step, now)
            self.draw(download_line(progress.step, progress.total, rate, self._language))
        else:
            self.draw(line(job, self._language, now))

    def draw(self, text: str) -> None:
        if self._shown:
            self._write(text[: shutil.get_terminal_size().columns - 1])

    def _write(self, text: str) -> None:
        print(f"\r{text.ljust(self._length)}", end="", file=sys.stderr, flush=True)
        self._length = len(text)


class Pace:
    """Steps a second, over the last seconds: what an earlier start did, and pauses long ago, do not count."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def see(self, step: int, now: float) -> float | None:
        """None until there is something to judge by."""
        self._seen.append((now, step))
        while len(self._seen) > 2 and now - self._seen[0][0] > PACE_SECONDS:
            self._seen.popleft()
        since, first = self._seen[0]
        return (step - first) / (now - since) if step > first and now > since else None


def line(job: Job, language: Language, now: float) -> str:
    """`Making the clip  [######------]  7/20  3 s`; a waiting job says that it waits."""
    if not isinstance(job.state, Running):
        return say("terminal.waiting", language)
    progress = job.state.progress
    phase = say(f"phase.{progress.phase or 'starting'}", language)
    elapsed = f"{max(0.0, now - job.state.started):.0f} s"
    if not progress.total:
        return f"{phase}  {elapsed}"
    return f"{phase}  {_boxes(progress.step, progress.total)}  {progress.step}/{progress.total}  {elapsed}"


def download_line(step: int, total: int, rate: float | None, language: Language) -> str:
    """`Downloading  [###---------]  3.4/28.9 GB  45.2 MB/s  9 min`; `step`, `total`, `rate` in megabytes."""
    words = [say("terminal.downloading", language)]
    if total:
        words += [_boxes(step, total), written(f"{step / 1000:.1f}/{total / 1000:.1f} GB", language)]
    if rate is not None:
        words += [written(f"{rate:.1f} MB/s", language), duration((total - step) / rate)]
    return "  ".join(words)


def check_line(done: int, total: int, language: Language) -> str:
    """`Checking  [###---------]  3.4/28.9 GB`; bytes."""
    sizes = written(f"{done / 1e9:.1f}/{total / 1e9:.1f} GB", language)
    return f"{say('terminal.verifying', language)}  {_boxes(done, total)}  {sizes}"


def duration(seconds: float) -> str:
    """ "45 s", "9 min", "2 h 05 min"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"


def _boxes(step: int, total: int) -> str:
    full = WIDTH * step // total
    return f"[{'#' * full}{'-' * (WIDTH - full)}]"

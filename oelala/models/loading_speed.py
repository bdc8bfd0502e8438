"""How fast this machine loads models: what was read, over the time until it was in its place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oelala.models.catalog import shards, weight_files
from oelala.models.plan import PlannedPart
from oelala.models.planning import Plan
from oelala.models.speeds import keep_speed

_LEAST = 1e9  # bytes: of less, the disk is not what takes the time


class LoadingSpeed:
    """Of one load; `keep` what came out of it."""

    def __init__(self) -> None:
        self.bytes, self.seconds = 0, 0.0
        self._rounded, self._rounding = 0, 0.0

    @contextmanager
    def timed(self, part: PlannedPart, plan: Plan | None) -> Iterator[None]:
        """While the part is loaded and put in its place. What is rounded to 8 bits meanwhile counts by
        itself; what is not read yet says nothing of the disk."""
        started = time.monotonic()
        yield
        if part.int8:
            self._rounded += part.bytes  # one for each number
            self._rounding += time.monotonic() - started
            return
        if plan is not None and plan.placements.get(part.key.name) == "from-disk":
            return
        self.bytes += file_bytes(part.folder)
        self.seconds += time.monotonic() - started

    def keep(self, store: Path) -> None:
        if self.bytes >= _LEAST and self.seconds > 0:
            keep_speed(store, "disk_read", self.bytes / self.seconds)
        if self._rounded >= _LEAST and self._rounding > 0:
            keep_speed(store, "rounding", self._rounded / self._rounding)


def file_bytes(folder: Path) -> int:
    """Of the weights in it; a part may be a single file, or an index of some."""
    files = shards(folder) if folder.is_file() else weight_files(folder)
    return sum(file.stat().st_size for file in files)

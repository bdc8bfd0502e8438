"""A clip encoded while its next frames are made: `write_video` in a thread, behind a short queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from oelala.media.video import Frame, VideoSpec, write_video

DEPTH = 16  # frames that wait: four latent frames' worth, 19 MB at 832 × 480
_LOOK = 0.05  # seconds between two looks at whether it still makes sense to wait


class _GivenUp(Exception):
    """Nobody wants the file any more."""


class FrameWriter:
    """Writes to `path` as `write_video` does; a context manager that leaves nothing behind unless finished.

    `check` is called while waiting, and may raise to stop. Never holds more than `depth` frames.
    """

    def __init__(self, path: Path, spec: VideoSpec, check: Callable[[], None], depth: int = DEPTH) -> None:
        self.written = 0
        self._path, self._spec, self._check = path, spec, check
        self._queue: Queue[Frame | None] = Queue(depth)
        self._given_up = Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="encoder")

    def __enter__(self) -> Self:
        self._run = self._pool.submit(
            write_video, self._path, self._frames(), self._spec, on_frame=self._count
        )
        return self

    def put(self, frame: NDArray[np.uint8]) -> None:
        """Hand over a frame, which must not be changed any more. Raises as `write_video` and `check` do."""
        self._put(frame)

    def finish(self, on_wait: Callable[[int], None]) -> None:
        """The last frame was there: wait until all are written, telling `on_wait` how many are.

        Raises as `write_video` and `on_wait` do.
        """
        self._put(None)
        while not wait([self._run], _LOOK).done:
            on_wait(self.written)
        self._run.result()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._run.done():
            self._given_up.set()
            self._drain()
            self._queue.put(None)
        self._pool.shutdown(wait=True)

    def _put(self, frame: Frame | None) -> None:
        while True:
            self._check()
            if self._run.done():
                self._run.result()
            try:
                self._queue.put(frame, timeout=_LOOK)
            except Full:
                continue
            return

    def _frames(self) -> Iterator[Frame]:
        while (frame := self._queue.get()) is not None:
            if self._given_up.is_set():
                raise _GivenUp
            yield frame
        if self._given_up.is_set():
            raise _GivenUp

    def _drain(self) -> None:
        while True:
            try:
                self._queue.get_nowait()
            except Empty:
                return

    def _count(self, written: int) -> None:
        self.written = written

"""A detector's process as the studio sees it: frames go in, bytes come back."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from oelala.media.child import Child
from oelala.media.detectors import program
from oelala.media.detectors.wire import READY, REQUEST


@dataclass
class Detector:
    """`module`: its name in this package; `settings`: what that one's `open_detector` takes; `answer_size`:
    bytes. Seconds: `patience` for one frame, `start_patience` for it to load. A context manager.

    Every method raises OelalaError ("detector-failed") as `Child` does.
    """

    module: str
    settings: Mapping[str, Any]
    answer_size: int
    patience: float
    start_patience: float

    def __enter__(self) -> Self:
        command = [
            sys.executable,
            "-P",
            str(Path(program.__file__)),
            self.module,
            json.dumps(dict(self.settings)),
        ]
        with ExitStack() as stack:
            self._child = stack.enter_context(Child(command))
            self._child.read(len(READY), self.start_patience)
            self._until_exit = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._until_exit.close()

    @property
    def pid(self) -> int:
        return self._child.pid

    def send(self, frame: NDArray[np.uint8], milliseconds: int = 0, *, first: bool = False) -> None:
        """A frame (H, W, 3), RGB; its answer is received later, so that it can be worked on meanwhile."""
        height, width = frame.shape[:2]
        head = REQUEST.pack(height, width, milliseconds, first)
        self._child.write([head, np.ascontiguousarray(frame).data], self.patience)

    def receive(self) -> bytes:
        return self._child.read(self.answer_size, self.patience)

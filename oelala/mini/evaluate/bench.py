"""What the parts of an evaluation share: pipelines, latents, judges, sheets; loaded when first needed."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import numpy as np

from oelala.media.face import FaceReader
from oelala.media.pose import BodyFinder
from oelala.mini.evaluate.judge import Judge
from oelala.mini.evaluate.latents import LatentStore
from oelala.mini.evaluate.options import Options
from oelala.mini.evaluate.results import PartResult
from oelala.mini.evaluate.sampler import Frames, Sampler, to_bytes
from oelala.mini.evaluate.sheets import Sheet
from oelala.mini.world.render import render_clips
from oelala.mini.world.spec import ClipSpec


@dataclass
class Bench:
    """A context manager: leaving it ends the detector's process."""

    options: Options
    _stack: ExitStack = field(init=False, default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @cached_property
    def sampler(self) -> Sampler:
        """Pipelines on the processor."""
        return Sampler(self.options)

    @cached_property
    def latents(self) -> LatentStore:
        """Of clips from text and from pictures. Raises ValueError for given latents of another model."""
        folder = self.options.out / "latents"
        return LatentStore(folder, self.options.sampling, self.options.latents)

    @cached_property
    def finder(self) -> BodyFinder:
        """MediaPipe, in a process of its own."""
        return self._stack.enter_context(BodyFinder())

    @cached_property
    def judge(self) -> Judge:
        """Of bodies and colours."""
        return Judge(self.finder)

    @cached_property
    def faces(self) -> FaceReader:
        """Of faces."""
        return FaceReader()

    def result(self, name: str, about: dict[str, Any]) -> PartResult:
        """The part's own file, with what is there already of the same `about`."""
        return PartResult.open(self.options.out / f"{name}.json", about)

    def sheet(self, name: str, columns: int) -> Sheet:
        """The part's contact sheet."""
        return Sheet(self.options.out, name, columns)


def render(spec: ClipSpec, num_frames: int) -> Frames:
    """A plain render: uint8 (T, 256, 256, 3)."""
    return to_bytes(render_clips([spec], num_frames).frames[0])


def every_fourth(frames: Frames) -> Frames:
    """What is looked at of a clip; of very short ones all."""
    return frames[::4] if len(frames) > 4 else frames


def strip_of(frames: Frames, *more: np.ndarray) -> list[np.ndarray]:
    """First, middle and last frame, and `more` pictures, for a sheet."""
    return [frames[0], frames[len(frames) // 2], frames[-1], *more]

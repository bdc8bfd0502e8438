"""What the parts of an evaluation share: pipelines, latents, judges, sheets; loaded when first needed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from oelala.media.face import FaceReader
from oelala.media.pose import BodyFinder
from oelala.mini.evaluate.judge import Judge
from oelala.mini.evaluate.latents import LatentStore
from oelala.mini.evaluate.options import Options
from oelala.mini.evaluate.results import PartResult
from oelala.mini.evaluate.sampler import Sampler

Number = TypeVar("Number", bound=np.generic)


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
        return LatentStore(self._folder, self.options.sampling, self.options.latents)

    @cached_property
    def pose_latents(self) -> LatentStore:
        """Of clips that follow a motion. Raises as `latents`."""
        return LatentStore(self._folder, self.options.pose_sampling, self.options.latents, ("pose",))

    @property
    def _folder(self) -> Path:
        return self.options.out / "latents"

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

    def turn(self, result: PartResult, keys: Sequence[str]) -> Iterator[str]:
        """The keys without an item, one after the other, until the part's minutes are over."""
        until = time.monotonic() + 60 * self.options.minutes
        for key in result.missing(list(keys)):
            if time.monotonic() > until:
                logger.info(
                    "{}: time is up, {} of {}", result.path.stem, len(result.of(list(keys))), len(keys)
                )
                return
            yield key
            logger.info("{} {} {}", result.path.stem, key, result.items.get(key))


def every_fourth(frames: NDArray[Number]) -> NDArray[Number]:
    """What is looked at of a clip; of very short ones all."""
    return frames[::4] if len(frames) > 4 else frames

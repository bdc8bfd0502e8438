"""A clip that goes on: what it begins from, and how both become one."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from oelala.engines.sampling import Finished, known
from oelala.library.inputs import check_extension, kept_path, reference_of
from oelala.library.provenance import joins_of
from oelala.library.workspace import Workspace
from oelala.media.join import End, end_of, join_clips
from oelala.media.video import VideoSpec, read_evenly
from oelala.tasks.image_to_video import ImageToVideo

# One more than a multiple of four, so that whole latent frames are kept.
_KEPT = (9, 5)


class Extension:
    """Joins what was made to the clip before it, and measures the seam.

    `most_kept`: how many of its frames the model can be given; with more than one, what moves goes on moving.
    Raises OelalaError ("picture-gone") and as `check_extension`, before the work.
    """

    def __init__(self, task: ImageToVideo, workspace: Workspace, fps: float, most_kept: int = 1) -> None:
        self._task, self._fps, self._most_kept = task, fps, most_kept
        self._clip = kept_path(workspace, task.extend or "")
        size = (known(task.width), known(task.height))
        check_extension(self._clip, VideoSpec(*size, known(task.num_frames), fps))

    @cached_property
    def _end(self) -> End:
        return end_of(read_evenly(self._clip, self._fps), most=self._most_kept)

    @cached_property
    def kept(self) -> NDArray[np.uint8]:
        """The last frames of the clip before, (n, H, W, 3), RGB, that the new one begins with: n is 1, 5 or
        9, and no more than half of the new clip; 1 where the user begins with another picture."""
        frames = self._end.frames
        longest = min(self._most_kept, len(frames), (known(self._task.num_frames) + 1) // 2)
        goes_on = longest > 1 and self._task.image == reference_of(frames[-1])
        count = next((n for n in _KEPT if n <= longest), 1) if goes_on else 1
        return frames[-count:]

    def __call__(self, frames: NDArray[np.uint8]) -> Finished:
        shared = len(self.kept)
        added, join = join_clips(self._end, frames, shared)
        logger.info(
            "joined at frame {}: colour {} apart, {} × the usual step", join.frame, join.colour, join.jump
        )
        told = {"joins": [*joins_of(self._clip), join.as_json()]}
        return Finished(added, told, (self._clip, self._end.num_frames + 1 - shared))

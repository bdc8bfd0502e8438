"""A clip from a picture, with diffusers' WanImageToVideoPipeline or StableVideoDiffusionPipeline."""

from __future__ import annotations

from typing import Any

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from oelala.engines.sampling import ClipRequest, Finished, Sampling, known, make_clip, sample_wan
from oelala.engines.sampling_svd import sample_svd
from oelala.library.inputs import check_extension, kept_path
from oelala.library.provenance import joins_of
from oelala.library.workspace import Workspace
from oelala.media.join import end_of, join_clips
from oelala.media.picture import Framing, frame_picture, read_picture
from oelala.media.video import VideoSpec, read_evenly
from oelala.models.manager import ModelManager, ModelSpec
from oelala.progress import RunContext
from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.job import JobResult


def run(task: ImageToVideo, models: ModelManager, context: RunContext, workspace: Workspace) -> JobResult:
    """Raises as `make_clip` does, and OelalaError ("picture-gone", "picture-damaged", …)."""
    row = models.row(task.model)
    spec = ModelSpec(task.model, row.pipelines[task.kind])
    sample = sample_svd if row.family == "svd" else sample_wan
    finish = Extension(task, workspace, float(task.fps or row.fps)) if task.extend else None
    request = ClipRequest(sampling_of(task, workspace), spec, sample, finish)
    return make_clip(request, models, context, workspace)


class Extension:
    """Joins what was made to the clip before it, and measures the seam.

    Raises OelalaError ("picture-gone") and as `check_extension`, before the work.
    """

    def __init__(self, task: ImageToVideo, workspace: Workspace, fps: float) -> None:
        self._clip, self._fps = kept_path(workspace, task.extend or ""), fps
        size = (known(task.width), known(task.height))
        check_extension(self._clip, VideoSpec(*size, known(task.num_frames), fps))

    def __call__(self, frames: NDArray[np.uint8]) -> Finished:
        end = end_of(read_evenly(self._clip, self._fps))
        matched, join = join_clips(end, frames)
        logger.info(
            "joined at frame {}: colour {} apart, {} × the usual step", join.frame, join.colour, join.jump
        )
        told = {"joins": [*joins_of(self._clip), join.as_json()]}
        return Finished(matched, told, (self._clip, end.num_frames))


def sampling_of(task: ImageToVideo, workspace: Workspace) -> Sampling:
    """The task with its pictures, framed: at the clip's size the pipeline has nothing left to resize."""
    inputs: dict[str, Any] = {"image": _framed(task, workspace, task.image)}
    if task.last_image is not None:
        inputs["last_image"] = _framed(task, workspace, task.last_image)
    return Sampling(task, inputs, first=np.asarray(inputs["image"]))


def _framed(task: ImageToVideo, workspace: Workspace, reference: str) -> Any:
    framing = Framing(known(task.width), known(task.height), task.framing, task.focus_x, task.focus_y)
    return frame_picture(read_picture(kept_path(workspace, reference)), framing)

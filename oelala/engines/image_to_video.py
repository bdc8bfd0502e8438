"""A clip from a picture, with diffusers' WanImageToVideoPipeline or StableVideoDiffusionPipeline."""

from __future__ import annotations

from typing import Any

import numpy as np

from oelala.engines.sampling import ClipRequest, Sampling, known, make_clip, sample_wan
from oelala.engines.sampling_svd import sample_svd
from oelala.library.inputs import kept_path
from oelala.library.workspace import Workspace
from oelala.media.picture import Framing, frame_picture, read_picture
from oelala.models.manager import ModelManager, ModelSpec
from oelala.progress import RunContext
from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.job import JobResult


def run(task: ImageToVideo, models: ModelManager, context: RunContext, workspace: Workspace) -> JobResult:
    """Raises as `make_clip` does, and OelalaError ("picture-gone", "picture-damaged", …)."""
    row = models.row(task.model)
    spec = ModelSpec(task.model, row.pipelines[task.kind])
    sample = sample_svd if row.family == "svd" else sample_wan
    request = ClipRequest(sampling_of(task, workspace), spec, sample)
    return make_clip(request, models, context, workspace)


def sampling_of(task: ImageToVideo, workspace: Workspace) -> Sampling:
    """The task with its pictures, framed: at the clip's size the pipeline has nothing left to resize."""
    inputs: dict[str, Any] = {"image": _framed(task, workspace, task.image)}
    if task.last_image is not None:
        inputs["last_image"] = _framed(task, workspace, task.last_image)
    return Sampling(task, inputs, first=np.asarray(inputs["image"]))


def _framed(task: ImageToVideo, workspace: Workspace, reference: str) -> Any:
    framing = Framing(known(task.width), known(task.height), task.framing, task.focus_x, task.focus_y)
    return frame_picture(read_picture(kept_path(workspace, reference)), framing)

"""A clip from a picture, with diffusers' WanImageToVideoPipeline, WanVACEPipeline or
StableVideoDiffusionPipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from oelala.engines.extension import Extension
from oelala.engines.given_frames import PIPELINE as FILLS_IN
from oelala.engines.given_frames import given_frames
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
    finish = None
    if task.extend:
        finish = Extension(task, workspace, float(task.fps or row.fps), row.most_kept)
    extends = finish is not None and len(finish.kept) > 1
    maker, pipeline = row.maker(task.kind, last_image=task.last_image is not None, extends=extends)
    if pipeline == FILLS_IN:
        sampling = filling_in(task, workspace, finish.kept if finish else None)
    else:
        sampling = sampling_of(task, workspace)
    sample = sample_svd if row.family == "svd" else sample_wan
    return make_clip(
        ClipRequest(sampling, ModelSpec(maker, pipeline), sample, finish), models, context, workspace
    )


def sampling_of(task: ImageToVideo, workspace: Workspace) -> Sampling:
    """The task with its pictures, framed: at the clip's size the pipeline has nothing left to resize."""
    inputs: dict[str, Any] = {"image": _first(task, workspace)}
    if task.last_image is not None:
        inputs["last_image"] = _last(task, workspace, task.last_image)
    return Sampling(task, inputs, first=np.asarray(inputs["image"]))


def filling_in(task: ImageToVideo, workspace: Workspace, kept: NDArray[np.uint8] | None = None) -> Sampling:
    """The task for a pipeline that makes what lies between given frames: the framed pictures at both ends.

    `kept` (n, H, W, 3), RGB: frames to begin with; more than one take the place of the picture.
    """
    if kept is None or len(kept) < 2:
        given = {0: _first(task, workspace)}
    else:
        given = {number: Image.fromarray(frame) for number, frame in enumerate(kept)}
    if task.last_image is not None:
        given[known(task.num_frames) - 1] = _last(task, workspace, task.last_image)
    return Sampling(task, given_frames(known(task.num_frames), given), first=np.asarray(given[0]))


def _first(task: ImageToVideo, workspace: Workspace) -> Image.Image:
    return _framed(task, kept_path(workspace, task.image), (task.focus_x, task.focus_y))


def _last(task: ImageToVideo, workspace: Workspace, reference: str) -> Image.Image:
    return _framed(task, kept_path(workspace, reference), (task.last_focus_x, task.last_focus_y))


def _framed(task: ImageToVideo, path: Path, focus: tuple[float, float]) -> Image.Image:
    framing = Framing(known(task.width), known(task.height), task.framing, *focus)
    return frame_picture(read_picture(path), framing)

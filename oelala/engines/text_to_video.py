"""A clip from a sentence, with diffusers' WanPipeline."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from loguru import logger
from numpy.typing import NDArray

from oelala.engines.previews import Previews
from oelala.engines.provenance import provenance_of
from oelala.engines.watch import Phases, watched
from oelala.library.outputs import SaveClip, require_room, save_clip
from oelala.library.workspace import Workspace
from oelala.media.video import VideoSpec
from oelala.models.catalog import Row
from oelala.models.manager import Loan, ModelManager, ModelSpec
from oelala.progress import RunContext
from oelala.tasks.job import JobResult
from oelala.tasks.text_to_video import TextToVideo


def run(task: TextToVideo, models: ModelManager, context: RunContext, workspace: Workspace) -> JobResult:
    """Make the clip and save it; the same resolved task gives the same frames on the same machine.

    Every field of `task` is filled (the catalog's `resolve`), its seed included. Raises Cancelled, and
    OelalaError where the model, the memory or the disk does not play along.
    """
    row = models.row(task.model)
    require_room(workspace, _video_of(task, row))
    phases = Phases(context)
    phases.enter("loading")

    def on_part(step: int, total: int) -> None:
        context.cancel.check()
        phases.step("loading", step, total)

    with models.use(ModelSpec(task.model), on_part) as loan:
        frames = sample(task, loan, phases)
        provenance = provenance_of(loan, phases.seconds)
    return save_clip(SaveClip(workspace, context, task, frames, row.fps, provenance))


def sample(task: TextToVideo, loan: Loan, phases: Phases) -> NDArray[np.uint8]:
    """The frames of the clip, RGB (T, H, W, 3)."""
    pipeline, row = loan.pipeline, loan.row
    _warn_of_long_prompt(task, loan)
    # a fresh scheduler for each clip: nothing of the last one's steps stays, and the shift is the task's own
    pipeline.scheduler = type(pipeline.scheduler).from_config(
        pipeline.scheduler.config, flow_shift=task.flow_shift
    )
    total = _known(task.num_inference_steps)
    latent_frames = (_known(task.num_frames) - 1) // pipeline.vae_scale_factor_temporal + 1
    previews = Previews(loan.preview, row.fps / pipeline.vae_scale_factor_temporal)

    def on_step(pipe: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        del timestep, tensors
        phases.context.cancel.check()
        phases.step("denoising", step + 1, total, previews.after_step(pipe.scheduler, step + 1, total))
        return {}

    phases.enter("encoding")
    with watched(loan, phases, total, latent_frames):
        video = _call(pipeline, task, row, on_step)
    frames = _as_bytes(video)
    phases.leave()
    return frames


def _call(pipeline: Any, task: TextToVideo, row: Row, on_step: Any) -> torch.Tensor:
    """(T, 3, H, W) in 0 … 1."""
    video: torch.Tensor = pipeline(
        prompt=task.prompt,
        negative_prompt=task.negative_prompt,
        height=task.height,
        width=task.width,
        num_frames=task.num_frames,
        num_inference_steps=task.num_inference_steps,
        guidance_scale=task.guidance_scale,
        guidance_scale_2=task.guidance_scale_2,
        # on the processor, so that a seed means the same noise on every device
        generator=torch.Generator("cpu").manual_seed(_known(task.seed)),
        max_sequence_length=row.max_sequence_length,
        output_type="pt",
        return_dict=False,
        callback_on_step_end=on_step,
        callback_on_step_end_tensor_inputs=[],
    )[0][0]
    return video


def _as_bytes(video: torch.Tensor) -> NDArray[np.uint8]:
    frames = np.empty((video.shape[0], *video.shape[2:], video.shape[1]), np.uint8)
    for number, frame in enumerate(video):  # one at a time: a long clip's float copy would double the memory
        frames[number] = (frame * 255).round_().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    return frames


def _warn_of_long_prompt(task: TextToVideo, loan: Loan) -> None:
    """The pipeline cuts a prompt off without a word."""
    for text in (task.prompt, task.negative_prompt or ""):
        tokens = len(loan.pipeline.tokenizer(text)["input_ids"])
        if tokens > loan.row.max_sequence_length:
            logger.warning(
                "{} reads {} tokens of a prompt; this one has {}, and its end is left out",
                loan.row.title,
                loan.row.max_sequence_length,
                tokens,
            )


def _video_of(task: TextToVideo, row: Row) -> VideoSpec:
    return VideoSpec(_known(task.width), _known(task.height), _known(task.num_frames), row.fps)


def _known(value: int | None) -> int:
    if value is None:
        raise ValueError("the task has not been resolved")
    return value

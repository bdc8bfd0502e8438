"""What every clip has in common: a borrowed Wan pipeline sampled under watch, and the result saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from loguru import logger
from numpy.typing import NDArray

from oelala.engines.fall_back import Borrowing, with_model
from oelala.engines.previews import Previews, predicted_original
from oelala.engines.provenance import provenance_of
from oelala.engines.watch import Phases, watched
from oelala.library.outputs import SaveClip, require_room, save_clip
from oelala.library.workspace import Workspace
from oelala.media.video import VideoSpec
from oelala.models.catalog import Row
from oelala.models.manager import Loan, ModelManager, ModelSpec
from oelala.progress import RunContext
from oelala.tasks.job import JobResult
from oelala.tasks.video import VideoTask


@dataclass(frozen=True, slots=True)
class Sampling:
    """A task to be sampled, and `inputs`: further arguments of its pipeline, such as `image`.

    `first`: the first frame (H, W, 3) where it is known beforehand, for the previews.
    """

    task: VideoTask
    inputs: Mapping[str, Any] = field(default_factory=dict)
    first: NDArray[np.uint8] | None = None

    def fps(self, row: Row) -> float:
        """Of the clip: the task's own where it has one, else the model's."""
        return float(getattr(self.task, "fps", None) or row.fps)


Sample = Callable[[Sampling, Loan, Phases], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """The frames to save, what to say of them in metadata and job, and the clip that comes before them, with
    its number of frames."""

    frames: NDArray[np.uint8]
    told: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[Path, int] | None = None


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """How to make a clip: what to borrow, what to sample with which function, and what comes after.

    `finish` answers what to save.
    """

    sampling: Sampling
    spec: ModelSpec
    sample: Sample
    finish: Callable[[NDArray[np.uint8]], Finished] | None = None


def make_clip(
    request: ClipRequest, models: ModelManager, context: RunContext, workspace: Workspace
) -> JobResult:
    """Make the clip and save it; the same resolved task gives the same frames on the same machine.

    Every field of the task that its model has is filled (the catalog's `resolve`), its seed included. Raises
    Cancelled, and OelalaError where the model, the memory or the disk does not play along.
    """
    sampling = request.sampling
    row = models.row(request.spec.model)
    fps = sampling.fps(row)
    require_room(workspace, _video_of(sampling.task, fps))
    phases = Phases(context)
    phases.enter("loading")

    def on_part(step: int, total: int) -> None:
        context.cancel.check()
        phases.step("loading", step, total)

    def work(loan: Loan) -> tuple[NDArray[np.uint8], Mapping[str, Any]]:
        frames = request.sample(sampling, loan, phases)
        return frames, provenance_of(loan, phases.seconds)

    spec = replace(request.spec, values=sampling.task.model_dump())
    wish = Borrowing(spec, on_part, lambda: phases.enter("loading"))
    frames, provenance = with_model(models, wish, work)
    made = Finished(frames) if request.finish is None else request.finish(frames)
    about = {**provenance, **made.told}
    saved = save_clip(SaveClip(workspace, context, sampling.task, made.frames, fps, about, made.before))
    return replace(saved, details={**saved.details, **made.told})


def sample_wan(sampling: Sampling, loan: Loan, phases: Phases) -> NDArray[np.uint8]:
    """The frames of the clip, RGB (T, H, W, 3), with a Wan pipeline of any kind."""
    task, pipeline, row = sampling.task, loan.pipeline, loan.row
    _warn_of_long_prompt(task, loan)
    # a fresh scheduler for each clip: nothing of the last one's steps stays, and the shift is the task's own
    pipeline.scheduler = type(pipeline.scheduler).from_config(
        pipeline.scheduler.config, flow_shift=task.flow_shift
    )
    total = known(task.num_inference_steps)
    latent_frames = (known(task.num_frames) - 1) // pipeline.vae_scale_factor_temporal + 1
    previews = Previews(loan.preview, row.fps / pipeline.vae_scale_factor_temporal, sampling.first)

    def on_step(pipe: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        del timestep, tensors
        phases.context.cancel.check()
        guess = predicted_original(pipe.scheduler)
        phases.step("denoising", step + 1, total, previews.after_step(guess, step + 1, total))
        return {}

    phases.enter("encoding")
    with watched(loan, phases, total, latent_frames):
        prompts = loan.prompts.arguments(pipeline, task.model_dump())
        video = _call_wan(pipeline, sampling, prompts, on_step)
    frames = as_bytes(video)
    phases.leave()
    return frames


def _call_wan(
    pipeline: Any, sampling: Sampling, prompts: Mapping[str, torch.Tensor], on_step: Any
) -> torch.Tensor:
    """(T, 3, H, W) in 0 … 1."""
    task = sampling.task
    video: torch.Tensor = pipeline(
        height=task.height,
        width=task.width,
        num_frames=task.num_frames,
        num_inference_steps=task.num_inference_steps,
        guidance_scale=task.guidance_scale,
        guidance_scale_2=task.guidance_scale_2,
        generator=generator_of(task),
        output_type="pt",
        return_dict=False,
        callback_on_step_end=on_step,
        callback_on_step_end_tensor_inputs=[],
        **prompts,
        **sampling.inputs,
    )[0][0]
    return video


def generator_of(task: VideoTask) -> torch.Generator:
    """On the processor, so that a seed means the same noise on every device."""
    return torch.Generator("cpu").manual_seed(known(task.seed))


def as_bytes(video: torch.Tensor) -> NDArray[np.uint8]:
    """(T, 3, H, W) in 0 … 1 to RGB frames (T, H, W, 3)."""
    frames = np.empty((video.shape[0], *video.shape[2:], video.shape[1]), np.uint8)
    for number, frame in enumerate(video):  # one at a time: a long clip's float copy would double the memory
        frames[number] = (frame * 255).round_().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    return frames


def _warn_of_long_prompt(task: VideoTask, loan: Loan) -> None:
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


def _video_of(task: VideoTask, fps: float) -> VideoSpec:
    return VideoSpec(known(task.width), known(task.height), known(task.num_frames), fps)


def known(value: int | None) -> int:
    """A field that `resolve` has filled."""
    if value is None:
        raise ValueError("the task has not been resolved")
    return value

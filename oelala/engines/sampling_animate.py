"""Sampling with Wan-Animate: a picture that follows the drawn pose and the face of a driver."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import torch

from oelala.engines.frames_out import frames_out
from oelala.engines.previews import Previews, predicted_original
from oelala.engines.sampling import Frames, Sampling, generator_of, known
from oelala.engines.watch import Phases, watched
from oelala.models.lora import scheduler_for
from oelala.models.manager import Loan

SEGMENT = 77  # frames made together, each segment beginning with the last one's end
_OVERLAP = 1
_AT_ONCE = 8  # frames turned to bytes


def sample_animate(sampling: Sampling, loan: Loan, phases: Phases) -> Generator[Frames]:
    """The frames of the clip, RGB (t, H, W, 3), at least 5 of them: the pipeline cannot make a single frame.

    It decodes each segment by itself, to begin the next one with its end, and has all of them at the end.
    """
    task, pipeline = sampling.task, loan.pipeline
    pipeline.scheduler = scheduler_for(pipeline.scheduler, task.model_dump())
    segment = segment_of(known(task.num_frames))
    segments = -(-(known(task.num_frames) - _OVERLAP) // (segment - _OVERLAP))
    total = known(task.num_inference_steps) * segments
    latent_frames = segments * ((segment - 1) // pipeline.vae_scale_factor_temporal + 1)
    previews = Previews(loan.preview, loan.row.fps / pipeline.vae_scale_factor_temporal)
    done = 0

    def on_step(pipe: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        nonlocal done
        del step, timestep, tensors
        phases.context.cancel.check()
        done += 1
        guess = predicted_original(pipe.scheduler)
        if guess is not None:
            guess = guess[:, :, 1:]  # without the character's own picture
        phases.step("denoising", done, total, previews.after_step(guess, done, total))
        return {}

    phases.enter("encoding")
    with watched(loan, phases, total, latent_frames):
        video = _call(sampling, loan, segment, on_step)
    phases.leave()
    yield from frames_out(video.split(_AT_ONCE))


def segment_of(num_frames: int) -> int:
    """A clip shorter than a segment is one of its own length; padding it would be wasted work."""
    return min(SEGMENT, num_frames)


def _call(sampling: Sampling, loan: Loan, segment: int, on_step: Any) -> torch.Tensor:
    """(T, 3, H, W) in 0 … 1."""
    task = sampling.task
    video: torch.Tensor = loan.pipeline(
        height=task.height,
        width=task.width,
        segment_frame_length=segment,
        prev_segment_conditioning_frames=_OVERLAP,
        num_inference_steps=task.num_inference_steps,
        guidance_scale=task.guidance_scale,
        generator=generator_of(task),
        output_type="pt",
        return_dict=False,
        callback_on_step_end=on_step,
        callback_on_step_end_tensor_inputs=[],
        **loan.prompts.arguments(loan.pipeline, task.model_dump()),
        **sampling.inputs,
    )[0][0]
    return video

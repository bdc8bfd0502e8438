"""Sampling with Stable Video Diffusion: a picture that moves a little, without any prompt."""

from __future__ import annotations

import math
from collections.abc import Generator
from contextlib import closing
from typing import Any

import torch

from oelala.engines.frames_out import frames_out
from oelala.engines.previews import Previews
from oelala.engines.sampling import Frames, Sampling, generator_of, known
from oelala.engines.watch import Phases, watched
from oelala.models.manager import Loan
from oelala.tasks.image_to_video import ImageToVideo


class EulerGuess:
    """x₀ from two neighbouring samples: Euler goes x' = x + (x − x₀) / σ · (σ' − σ)."""

    def __init__(self) -> None:
        self._before: torch.Tensor | None = None

    def after_step(self, sample: torch.Tensor, sigma: float, next_sigma: float) -> torch.Tensor | None:
        """The guess of the step from `sigma` to `next_sigma`, which ended in `sample`; None for the first."""
        before, self._before = self._before, sample
        if before is None:
            return None
        return before - sigma * (sample - before) / (next_sigma - sigma)


def sample_svd(sampling: Sampling, loan: Loan, phases: Phases) -> Generator[Frames]:
    """The frames of the clip, RGB (t, H, W, 3)."""
    task = sampling.task
    assert isinstance(task, ImageToVideo)
    loan.pipeline.scheduler = type(loan.pipeline.scheduler).from_config(loan.pipeline.scheduler.config)
    total = known(task.num_inference_steps)
    chunk = chunk_of(task, loan)
    chunks = math.ceil(known(task.num_frames) / chunk)
    previews, guess = Previews(loan.preview, sampling.fps(loan.row), sampling.first), EulerGuess()

    def on_step(pipe: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        del timestep
        phases.context.cancel.check()
        sigma, after = (float(pipe.scheduler.sigmas[index]) for index in (step, step + 1))
        latents = guess.after_step(tensors["latents"], sigma, after)
        shown = None if latents is None else latents.transpose(1, 2)
        phases.step("denoising", step + 1, total, previews.after_step(shown, step + 1, total))
        return {}

    phases.enter("encoding")
    with watched(loan, phases, total, chunks):
        latents = _call(loan.pipeline, sampling, task, on_step)
        with closing(_decoded(loan.pipeline, latents, chunk)) as pictures:
            yield from frames_out(pictures)
    phases.leave()


def chunk_of(task: ImageToVideo, loan: Loan) -> int:
    """Frames decoded at once: as many as the plan has room for, and no more than were asked for."""
    asked = known(task.decode_chunk_size)
    return min(asked, loan.plan.decode_chunk) if loan.plan is not None and loan.plan.decode_chunk else asked


def _call(pipeline: Any, sampling: Sampling, task: ImageToVideo, on_step: Any) -> torch.Tensor:
    """Latents (1, T, C, h, w)."""
    latents: torch.Tensor = pipeline(
        image=sampling.inputs["image"],
        height=task.height,
        width=task.width,
        num_frames=task.num_frames,
        num_inference_steps=task.num_inference_steps,
        min_guidance_scale=task.min_guidance_scale,
        max_guidance_scale=task.max_guidance_scale,
        fps=task.fps,
        motion_bucket_id=task.motion_bucket_id,
        noise_aug_strength=task.noise_aug_strength,
        generator=generator_of(task),
        output_type="latent",
        callback_on_step_end=on_step,
        callback_on_step_end_tensor_inputs=["latents"],
    ).frames
    return latents


@torch.no_grad()
def _decoded(pipeline: Any, latents: torch.Tensor, chunk: int) -> Generator[torch.Tensor]:
    """Pictures (t, 3, H, W) in 0 … 1, `chunk` frames at a time, as the pipeline would take them together.

    On a card the VAE has 32 bits and the rest 16, which the pipeline itself would not bring together.
    """
    for part in latents.to(pipeline.vae.dtype).split(chunk, dim=1):
        decoded = pipeline.decode_latents(part, part.shape[1], chunk)
        yield pipeline.video_processor.postprocess_video(decoded, output_type="pt")[0]

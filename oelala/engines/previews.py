"""Live pictures of a clip that is still noise: the scheduler's own guess at the result."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from oelala.media.image import animated_webp, shrink
from oelala.models.preview_store import Preview

# A preview may cost this share of the time it shows, and comes no more often than a worker passes it on.
_SHARE, _INTERVAL = 0.01, 0.4


def predicted_original(scheduler: Any) -> torch.Tensor | None:
    """x₀ as the scheduler estimated it in its last step, (B, C, T, h, w); None when it keeps none.

    UniPC with `predict_x0` converts each model output to x₀ = x_t − σ·v (flow matching) and keeps the newest
    as the last of `model_outputs` (UniPCMultistepScheduler.step and .convert_model_output).
    """
    outputs = getattr(scheduler, "model_outputs", None)
    if not outputs or not getattr(scheduler, "predict_x0", False):
        return None
    newest: torch.Tensor | None = outputs[-1]
    return newest


class Previews:
    """Decides when a preview is worth its time, and makes it.

    `fps`: latent frames in a second.
    `first`: the first frame (H, W, 3) where it is known. Under `expand_timesteps` it is no part of what the
    scheduler estimates: the pipeline puts it in at the end.
    """

    def __init__(self, preview: Preview, fps: float, first: NDArray[np.uint8] | None = None) -> None:
        self._preview = preview
        self._fps = fps
        self._first = first
        self._due = time.monotonic()

    def after_step(self, latents: torch.Tensor | None, step: int, total: int) -> bytes | None:
        """An animated WebP, at the half-way step and whenever one is due; not after the last step.

        `latents`: the guess at the result, (1, C, T, h, w).
        """
        if step >= total or (time.monotonic() < self._due and step != total // 2):
            return None
        started = time.monotonic()
        picture = None if latents is None else self._picture(latents)
        finished = time.monotonic()
        self._due = finished + max(_INTERVAL, (finished - started) / _SHARE)
        return picture

    def _picture(self, latents: torch.Tensor) -> bytes:
        frames = self.frames(latents)  # first: only then it is sure which way they come
        return animated_webp(frames, self._fps * self._preview.pace)

    def frames(self, latents: torch.Tensor) -> NDArray[np.uint8]:
        """RGB (T, h, w, 3): one picture for each latent frame, or every frame of the clip."""
        frames = self._preview(latents)
        if self._first is not None:
            frames[0] = shrink(self._first, frames.shape[2], frames.shape[1])
        return frames

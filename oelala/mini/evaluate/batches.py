"""Wan's pipelines for several pictures or motions at once, which diffusers refuses or takes for every prompt.

What comes before the denoising loop is diffusers' own, clip by clip, and stacked; the loop takes any batch.
"""

from __future__ import annotations

from typing import Any

import torch
from diffusers import WanImageToVideoPipeline, WanVACEPipeline
from torch import Tensor

_SEEDS = 6  # where `prepare_latents` has its generators, after image and batch size


class PictureBatch(WanImageToVideoPipeline):
    """`image`: a tensor (B, 3, H, W) in 0..1, a picture for each of B prompts; `generator`: B of them."""

    def prepare_latents(self, image: Tensor, batch_size: int, *rest: Any) -> tuple[Tensor, ...]:
        """Noise, condition and mask; the mask is that of one clip, true of all."""
        assert len(image) == batch_size == len(rest[_SEEDS])
        parts = [
            super(PictureBatch, self).prepare_latents(one, 1, *rest[:_SEEDS], seed, *rest[_SEEDS + 1 :])
            for one, seed in zip(image.split(1), rest[_SEEDS], strict=True)
        ]
        noise, condition, masks = zip(*parts, strict=True)
        return torch.cat(noise), torch.cat(condition), masks[0]


class PoseBatch(WanVACEPipeline):
    """`video` and `mask`: a list for each of B prompts; `reference_images` and `generator`: B of them."""

    def preprocess_conditions(
        self, video: Any, mask: Any, reference_images: Any, batch_size: int, *rest: Any
    ) -> tuple[Tensor, Tensor, list[list[Tensor]]]:
        """Videos and masks (B, 3, T, H, W) and the pictures of each."""
        assert len(video) == len(mask) == len(reference_images) == batch_size
        parts = [
            super(PoseBatch, self).preprocess_conditions(*one, 1, *rest)
            for one in zip(video, mask, ([own] for own in reference_images), strict=True)
        ]
        videos, masks, pictures = zip(*parts, strict=True)
        return torch.cat(videos), torch.cat(masks), [one[0] for one in pictures]

    def prepare_video_latents(
        self, video: Tensor, mask: Tensor, reference_images: list[list[Tensor]], generator: Any, device: Any
    ) -> Tensor:
        """(B, 96, T, h, w); it is the means of the latents that are taken, so no generator is needed."""
        del generator
        one_by_one = zip(video.split(1), mask.split(1), reference_images, strict=True)
        prepare = super().prepare_video_latents
        return torch.cat([prepare(a, b, [own], None, device) for a, b, own in one_by_one])

    def prepare_masks(self, mask: Tensor, reference_images: list[list[Tensor]], generator: Any) -> Tensor:
        """(B, 256, T, h, w)."""
        del generator
        prepare = super().prepare_masks
        return torch.cat(
            [prepare(one, [own], None) for one, own in zip(mask.split(1), reference_images, strict=True)]
        )

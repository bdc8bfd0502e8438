"""Mini's pipelines, diffusers' own, and clips from text, pictures and poses, as latents and frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from diffusers import WanPipeline
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from oelala.mini.evaluate.batches import PictureBatch, PoseBatch
from oelala.mini.evaluate.options import Options
from oelala.mini.recipe.whole_clip import WholeClip
from oelala.mini.tokenizer import MAX_SEQUENCE_LENGTH
from oelala.mini.topology import HEIGHT, WIDTH

Frames = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class PictureRequest:
    """A clip that begins with `picture` (256, 256, 3), uint8."""

    picture: Frames
    prompt: str


@dataclass(frozen=True, slots=True, eq=False)
class PoseRequest:
    """A clip that follows `drawn` (T, 256, 256, 3), uint8, with the person of `reference` (256, 256, 3)."""

    drawn: Frames
    reference: Frames
    prompt: str


class Sampler:
    """Loads a pipeline when it is first needed. Noise comes from the processor, the same on every device."""

    def __init__(self, options: Options, device: str = "cpu") -> None:
        self.options, self.device = options, device

    @cached_property
    def text_pipeline(self) -> Any:
        """WanPipeline, in float32."""
        return self._load(WanPipeline)

    @cached_property
    def image_pipeline(self) -> Any:
        """WanImageToVideoPipeline for several pictures, in float32."""
        return self._load(PictureBatch)

    @cached_property
    def pose_pipeline(self) -> Any:
        """WanVACEPipeline for several motions, with the transformer of the pose folder."""
        from diffusers import WanVACETransformer3DModel

        transformer = WanVACETransformer3DModel.from_pretrained(self.options.pose, dtype=torch.float32)
        return self._load(PoseBatch, transformer=transformer)

    def _load(self, pipeline_class: Any, **parts: Any) -> Any:
        pipeline = pipeline_class.from_pretrained(
            self.options.model, dtype=torch.float32, local_files_only=True, **parts
        )
        pipeline.set_progress_bar_config(disable=True)
        return pipeline.to(self.device)

    def from_text(self, prompts: Sequence[str], seeds: Sequence[int]) -> Tensor:
        """Latents (B, 48, T, h, w)."""
        return self._sample(self.text_pipeline, seeds, prompt=list(prompts))

    def from_pictures(self, asked: Sequence[PictureRequest], seeds: Sequence[int]) -> Tensor:
        """Latents (B, 48, T, h, w)."""
        pictures = torch.from_numpy(np.stack([one.picture for one in asked])).permute(0, 3, 1, 2)
        prompts = [one.prompt for one in asked]
        return self._sample(self.image_pipeline, seeds, prompt=prompts, image=pictures.float() / 255)

    def from_poses(self, asked: Sequence[PoseRequest], seeds: Sequence[int]) -> Tensor:
        """Latents (B, 48, T, h, w)."""
        white = Image.new("L", (WIDTH, HEIGHT), 255)
        words, no_words = self.pose_pipeline.encode_prompt(  # the call itself takes one prompt only
            [one.prompt for one in asked], max_sequence_length=MAX_SEQUENCE_LENGTH, device=self.device
        )
        latents = self._sample(
            self.pose_pipeline, seeds, prompt_embeds=words, negative_prompt_embeds=no_words,
            video=[[Image.fromarray(frame) for frame in one.drawn] for one in asked],
            mask=[[white] * len(one.drawn) for one in asked],
            reference_images=[Image.fromarray(one.reference) for one in asked],
        )  # fmt: skip
        return latents[:, :, 1:]  # the reference picture's own latent comes first

    def _sample(self, pipeline: Any, seeds: Sequence[int], **inputs: Any) -> Tensor:
        noise = [torch.Generator().manual_seed(seed) for seed in seeds]
        latents: Tensor = pipeline(
            height=HEIGHT, width=WIDTH, num_frames=self.options.num_frames,
            num_inference_steps=self.options.steps, guidance_scale=self.options.guidance,
            max_sequence_length=MAX_SEQUENCE_LENGTH, output_type="latent", return_dict=False,
            generator=noise, **inputs,
        )[0]  # fmt: skip
        return latents

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Frames:
        """Frames uint8 (T, 256, 256, 3) of one clip's normalised latents (48, T', h, w)."""
        z = latents.unsqueeze(0).to(self.device, torch.float32) * self._deviation + self._mean
        return to_bytes(self._whole_clip.decode(z)[0].transpose(0, 1) / 2 + 0.5)

    @torch.no_grad()
    def reconstruct(self, frames: Frames) -> Frames:
        """Frames (T, H, W, 3) through the VAE and back; T = 4k + 1."""
        pixels = torch.from_numpy(frames).permute(3, 0, 1, 2).unsqueeze(0).to(self.device).float() / 127.5 - 1
        mean, _ = self._whole_clip.encode(pixels)
        return to_bytes(self._whole_clip.decode(mean)[0].transpose(0, 1) / 2 + 0.5)

    @cached_property
    def _whole_clip(self) -> WholeClip:
        """Diffusers' VAE in one pass, to a millionth the same frames, in little more than half the time."""
        return WholeClip(self.text_pipeline.vae)

    @cached_property
    def _mean(self) -> Tensor:
        return self._statistic("latents_mean")

    @cached_property
    def _deviation(self) -> Tensor:
        return self._statistic("latents_std")

    def _statistic(self, name: str) -> Tensor:
        values = getattr(self.text_pipeline.vae.config, name)
        return torch.tensor(values, device=self.device).view(1, -1, 1, 1, 1)


def to_bytes(frames: Tensor) -> Frames:
    """(T, 3, H, W) in 0..1 to uint8 (T, H, W, 3)."""
    pixels: Frames = (frames.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    return pixels


def psnr(made: Frames, truth: Frames) -> float:
    """Decibels of frames of one shape; equal frames are 99."""
    error = float(np.mean((made.astype(np.float64) - truth) ** 2))
    return 99.0 if error == 0 else min(99.0, 10 * float(np.log10(255**2 / error)))

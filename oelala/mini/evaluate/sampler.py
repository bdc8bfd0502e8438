"""Mini's pipelines, unmodified diffusers, and clips from text, pictures and poses, as latents and frames."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from diffusers import WanImageToVideoPipeline, WanPipeline
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from oelala.mini.evaluate.options import Options
from oelala.mini.tokenizer import MAX_SEQUENCE_LENGTH
from oelala.mini.topology import HEIGHT, WIDTH

Frames = NDArray[np.uint8]


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
        """WanImageToVideoPipeline, in float32."""
        return self._load(WanImageToVideoPipeline)

    @cached_property
    def pose_pipeline(self) -> Any:
        """WanVACEPipeline with the transformer of the pose folder."""
        from diffusers import WanVACEPipeline, WanVACETransformer3DModel

        transformer = WanVACETransformer3DModel.from_pretrained(self.options.pose, dtype=torch.float32)
        return self._load(WanVACEPipeline, transformer=transformer)

    def _load(self, pipeline_class: Any, **parts: Any) -> Any:
        pipeline = pipeline_class.from_pretrained(
            self.options.model, dtype=torch.float32, local_files_only=True, **parts
        )
        pipeline.set_progress_bar_config(disable=True)
        return pipeline.to(self.device)

    def from_text(self, prompts: Sequence[str], seeds: Sequence[int]) -> Tensor:
        """Latents (B, 48, T, h, w)."""
        return self._sample(self.text_pipeline, seeds, prompt=list(prompts))

    def from_picture(self, picture: Frames, prompt: str, seed: int) -> Tensor:
        """Latents (1, 48, T, h, w) of a clip that begins with the picture."""
        return self._sample(self.image_pipeline, [seed], prompt=prompt, image=Image.fromarray(picture))

    def from_pose(self, drawn: Sequence[Frames], reference: Frames, prompt: str, seed: int) -> Tensor:
        """Latents (1, 48, T, h, w) of a clip that follows the drawings, with the person of `reference`."""
        video = [Image.fromarray(np.ascontiguousarray(frame)) for frame in drawn]
        latents = self._sample(
            self.pose_pipeline, [seed], prompt=prompt, video=video,
            mask=[Image.new("L", (WIDTH, HEIGHT), 255)] * len(video),
            reference_images=[Image.fromarray(reference)],
        )  # fmt: skip
        return latents[:, :, 1:]  # the reference picture's own latent comes first

    def _sample(self, pipeline: Any, seeds: Sequence[int], **inputs: Any) -> Tensor:
        noise = [torch.Generator().manual_seed(seed) for seed in seeds]
        latents: Tensor = pipeline(
            height=HEIGHT, width=WIDTH, num_frames=self.options.num_frames,
            num_inference_steps=self.options.steps, guidance_scale=self.options.guidance,
            max_sequence_length=MAX_SEQUENCE_LENGTH, output_type="latent", return_dict=False,
            generator=noise if len(noise) > 1 else noise[0], **inputs,
        )[0]  # fmt: skip
        return latents

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Frames:
        """Frames uint8 (T, 256, 256, 3) of one clip's normalised latents (48, T', h, w)."""
        vae = self.text_pipeline.vae
        z = latents.unsqueeze(0).to(self.device, torch.float32) * self._deviation + self._mean
        return to_bytes(vae.decode(z, return_dict=False)[0][0].transpose(0, 1) / 2 + 0.5)

    @torch.no_grad()
    def reconstruct(self, frames: Frames) -> Frames:
        """Frames (T, H, W, 3) through the VAE and back; T = 4k + 1."""
        vae = self.text_pipeline.vae
        pixels = torch.from_numpy(frames).permute(3, 0, 1, 2).unsqueeze(0).to(self.device).float() / 127.5 - 1
        latents = vae.encode(pixels).latent_dist.mode()
        return to_bytes(vae.decode(latents, return_dict=False)[0][0].transpose(0, 1) / 2 + 0.5)

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

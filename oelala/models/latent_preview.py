"""Pictures from latents without the VAE: a small convolution, fitted to the VAE by least squares.

Each latent pixel and its eight neighbours give `patch` × `patch` RGB pixels. The fit needs no pictures of the
world: smooth colours and shapes are enough for colours and outlines, which is all that a preview shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (the name everyone reads)
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

FILE_NAME = "latent_preview.safetensors"
_SAMPLES, _SIDE, _FRAMES, _RIDGE = 3000, 128, 5, 1e-2


@dataclass(frozen=True, slots=True)
class LatentPreview:
    """`weight` (3·patch², C, 3, 3) and `bias` (3·patch²) act on latents as the transformer sees them."""

    weight: torch.Tensor
    bias: torch.Tensor

    @property
    def pace(self) -> int:
        """How many frames a latent frame is shown as."""
        return 1

    @property
    def patch(self) -> int:
        return round((self.weight.shape[0] / 3) ** 0.5)

    def __call__(self, latents: torch.Tensor) -> NDArray[np.uint8]:
        """Latents (1, C, T, h, w) to RGB frames (T, h·patch, w·patch, 3)."""
        frames = latents[0].transpose(0, 1).float()
        weight, bias = self.weight.to(frames.device), self.bias.to(frames.device)
        padded = F.pad(frames, (1, 1, 1, 1), mode="replicate")
        pictures = F.pixel_shuffle(F.conv2d(padded, weight, bias), self.patch)
        scaled = (pictures * 127.5 + 127.5).clamp_(0, 255).round_().to(torch.uint8)
        return scaled.permute(0, 2, 3, 1).contiguous().cpu().numpy()

    def save(self, file: Path) -> None:
        """Raises OSError."""
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f".{file.name}.part")
        save_file({"weight": self.weight.cpu().contiguous(), "bias": self.bias.cpu().contiguous()}, temporary)
        temporary.replace(file)


def load_preview(file: Path, channels: int) -> LatentPreview | None:
    """None where there is no such file or one for other latents: a preview can be fitted again."""
    try:
        tensors = load_file(file)
        preview = LatentPreview(tensors["weight"].float(), tensors["bias"].float())
    except (OSError, SafetensorError, KeyError):
        return None
    outputs = 3 * preview.patch**2
    fits = preview.weight.shape == (outputs, channels, 3, 3) and preview.bias.shape == (outputs,)
    return preview if fits else None


@dataclass(frozen=True, slots=True)
class LatentShape:
    """Of a VAE: its channels, the pixels on a side and the frames that one latent stands for."""

    channels: int
    spatial: int
    temporal: int


def latent_shape(vae: Any) -> LatentShape:
    config = vae.config
    if hasattr(config, "latent_channels"):  # one of single pictures
        return LatentShape(config.latent_channels, 2 ** (len(config.block_out_channels) - 1), 1)
    channels = getattr(config, "z_dim", 0)
    return LatentShape(channels, config.scale_factor_spatial, config.scale_factor_temporal)


@torch.no_grad()
def fit_preview(vae: Any, clips: torch.Tensor | None = None) -> LatentPreview:
    """Fit to the VAE on `clips` (N, 3, 4k+1, H, W) in -1 … 1, or on synthetic ones.

    The patch is a quarter of the VAE's spatial factor on a side: a 480p clip is previewed at 208 × 120.
    """
    shape = latent_shape(vae)
    patch = max(1, shape.spatial // 4)
    clips = _clips_for(shape) if clips is None else clips
    inputs, targets = [], []
    for clip in clips.split(1):
        latents = _encode(vae, clip.to(vae.device, vae.dtype))
        frames = clip[0].transpose(0, 1)[:: shape.temporal][: latents.shape[2]]
        pictures = F.interpolate(frames, size=[side * patch for side in latents.shape[-2:]], mode="area")
        padded = F.pad(latents[0].transpose(0, 1), (1, 1, 1, 1), mode="replicate")
        inputs.append(F.unfold(padded, 3).transpose(1, 2).flatten(0, 1).double().cpu())
        targets.append(F.pixel_unshuffle(pictures, patch).flatten(2).transpose(1, 2).flatten(0, 1).double())
    weight, bias = _ridge(torch.cat(inputs), torch.cat(targets))
    return LatentPreview(weight.T.reshape(3 * patch**2, -1, 3, 3).float().contiguous(), bias.float())


def _clips_for(shape: LatentShape) -> torch.Tensor:
    """Just enough pictures for the fit: encoding with a large VAE takes seconds on a processor."""
    latent_frames = (_FRAMES - 1) // shape.temporal + 1
    pixels = latent_frames * (_SIDE // shape.spatial) ** 2
    return synthetic_clips(math.ceil(_SAMPLES / pixels))


def _encode(vae: Any, clip: torch.Tensor) -> torch.Tensor:
    """A clip (1, 3, T, H, W) as the denoiser sees it: (1, C, t, h, w)."""
    if hasattr(vae.config, "latent_channels"):
        latents = vae.encode(clip[0].transpose(0, 1)).latent_dist.mode().float() * vae.config.scaling_factor
        return latents.transpose(0, 1)[None]
    latents = vae.encode(clip).latent_dist.mode().float()
    mean, std = (
        torch.tensor(values, device=latents.device).view(1, -1, 1, 1, 1)
        for values in (vae.config.latents_mean, vae.config.latents_std)
    )
    return (latents - mean) / std


def _ridge(inputs: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Minimises |(x - x̄) W - (y - ȳ)|² + λ |W|², with λ in units of the inputs' variance."""
    mean, target_mean = inputs.mean(0), targets.mean(0)
    centred = inputs - mean
    covariance = centred.T @ centred
    strength = _RIDGE * covariance.diagonal().mean().clamp_min(1e-12)
    covariance.diagonal().add_(strength)
    weight = torch.linalg.solve(covariance, centred.T @ (targets - target_mean))
    return weight, target_mean - mean @ weight


def synthetic_clips(count: int, side: int = _SIDE, frames: int = _FRAMES) -> torch.Tensor:
    """Colour fields with boxes on them, drifting a little: (count, 3, frames, side, side) in -1 … 1."""
    random = torch.Generator().manual_seed(0)
    wide = side + 8
    field = torch.zeros(count, 3, wide, wide)
    for cells, strength in ((2, 1.0), (5, 0.5), (17, 0.25)):
        coarse = torch.randn(count, 3, cells, cells, generator=random) * strength
        field += F.interpolate(coarse, size=(wide, wide), mode="bicubic", align_corners=False)
    corners = torch.randint(0, side - 16, (count, 12, 2), generator=random).tolist()
    sides = torch.randint(6, side // 3, (count, 12, 2), generator=random).tolist()
    colours = torch.rand(count, 12, 3, 1, 1, generator=random) * 2 - 1
    for clip in range(count):
        for box, ((top, left), (height, width)) in enumerate(zip(corners[clip], sides[clip], strict=True)):
            field[clip, :, top : top + height, left : left + width] = colours[clip, box]
    shifts = [field[:, :, step : step + side, step : step + side] for step in range(frames)]
    return torch.stack(shifts, 2).clamp(-1, 1)

"""The preview's fit: exact where the VAE is linear, remembered, and refused where it does not fit."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from oelala.models.latent_preview import LatentPreview, fit_preview, load_preview, synthetic_clips


class LinearVae:
    """Latents are the 8 × 8 blocks of the picture, mixed: what a preview can undo completely."""

    device, dtype = torch.device("cpu"), torch.float32

    def __init__(self) -> None:
        random = torch.Generator().manual_seed(0)
        self.mix = torch.linalg.qr(torch.randn(192, 192, generator=random))[0]
        self.config = SimpleNamespace(
            scale_factor_spatial=8,
            scale_factor_temporal=4,
            latents_mean=torch.linspace(-1, 1, 192).tolist(),
            latents_std=torch.linspace(0.5, 2, 192).tolist(),
        )

    def latents(self, clip: torch.Tensor) -> torch.Tensor:
        frames = F.pixel_unshuffle(clip[0].transpose(0, 1)[::4], 8)
        return torch.einsum("ij,tjhw->tihw", self.mix, frames).transpose(0, 1)[None]

    def encode(self, clip: torch.Tensor) -> SimpleNamespace:
        return SimpleNamespace(latent_dist=SimpleNamespace(mode=lambda: self.latents(clip)))


def test_a_linear_vae_is_undone() -> None:
    vae = LinearVae()
    preview = fit_preview(vae)
    assert preview.patch == 2
    clip = synthetic_clips(count=3, side=64, frames=9)[2:]
    mean, std = (
        torch.tensor(values).view(1, -1, 1, 1, 1)
        for values in (vae.config.latents_mean, vae.config.latents_std)
    )
    frames = preview((vae.latents(clip) - mean) / std)
    wanted = F.interpolate(clip[0].transpose(0, 1)[::4], size=(16, 16), mode="area")
    wanted = (wanted * 127.5 + 127.5).permute(0, 2, 3, 1).numpy()
    assert frames.shape == (3, 16, 16, 3)
    assert frames.dtype == np.uint8
    assert np.abs(frames - wanted).mean() < 8  # of 255; plain grey is off by 76


def test_saved_and_loaded(tmp_path: Path) -> None:
    preview = LatentPreview(torch.randn(12, 16, 3, 3), torch.randn(12))
    preview.save(tmp_path / "deep" / "preview.safetensors")
    again = load_preview(tmp_path / "deep" / "preview.safetensors", 16)
    assert again is not None
    latents = torch.randn(1, 16, 2, 4, 6)
    assert np.array_equal(again(latents), preview(latents))
    assert again(latents).shape == (2, 8, 12, 3)
    assert load_preview(tmp_path / "deep" / "preview.safetensors", 48) is None


@pytest.mark.parametrize("content", [None, b"", b"<html>"])
def test_no_preview_is_no_fault(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "file").write_bytes(content)
    assert load_preview(tmp_path / "file", 16) is None


def test_synthetic_clips_are_always_the_same() -> None:
    clips = synthetic_clips(2, side=64)
    assert clips.shape == (2, 3, 5, 64, 64)
    assert torch.equal(clips, synthetic_clips(2, side=64))
    assert clips.std() > 0.4
    assert not torch.equal(clips[:, :, 0], clips[:, :, 4])

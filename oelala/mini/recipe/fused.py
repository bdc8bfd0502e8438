"""The quickest `norm_silu` that works here."""

import torch
from loguru import logger
from torch import Tensor

from oelala.mini.recipe.norm_silu import NormSilu, norm_silu

_TOLERANCE = 2e-3


def fastest_norm(device: torch.device) -> NormSilu:
    """The Triton kernels on a GPU where they say what the plain way says; else the plain way."""
    if device.type != "cuda":
        return norm_silu
    try:
        from oelala.mini.recipe.norm_silu_triton import fused_norm_silu

        for channels in (32, 40, 64, 80, 128, 160):
            error = difference(fused_norm_silu, channels, device)
            if not error < _TOLERANCE:
                raise ValueError(f"the fused norm of {channels} channels is off by {error}")
    except Exception as exc:  # noqa: BLE001 - whatever the compiler's fault, the plain way works
        logger.warning("norm not fused: {}", str(exc)[:600])
        return norm_silu
    return fused_norm_silu


def difference(norm: NormSilu, channels: int, device: torch.device) -> float:
    """The largest difference from the plain way, of results and gradients, over one and several frames."""
    worst = 0.0
    for frames in (1, 5):
        generator = torch.Generator().manual_seed(channels)
        x = torch.randn(2 * frames, channels, 9, 9, generator=generator).to(device)
        x = x.contiguous(memory_format=torch.channels_last)
        gamma = 0.5 + torch.rand(channels, generator=generator).to(device)
        theirs, ours = (_results(each, x, gamma, frames) for each in (norm_silu, norm))
        worst = max(worst, *(_apart(a, b) for a, b in zip(theirs, ours, strict=True)))
    return worst


def _results(norm: NormSilu, x: Tensor, gamma: Tensor, frames: int) -> list[Tensor]:
    inputs = [each.detach().clone().requires_grad_() for each in (x, gamma)]
    made = norm(inputs[0], inputs[1], frames)
    made.square().mean().backward()
    return [made.detach(), *(each.grad for each in inputs if each.grad is not None)]


def _apart(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().max() / a.abs().max().clamp_min(1e-6))

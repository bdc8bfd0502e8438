"""Matrices in scaled fp8, brought to what they stand for."""

from __future__ import annotations

import torch

from oelala.models.scale_names import is_scaled, scales_of, without_scales


def multiplied_out(tensors: dict[str, torch.Tensor], dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """The weights alone, each times its scale: in `dtype` inside the blocks, in 32 bits outside them, where
    some layers need that. `tensors` is used up, so that no more than one matrix is there twice. A file
    without scales comes back as it is.

    Raises KeyError where a scale has no matrix.
    """
    if not is_scaled(tensors):
        return tensors
    for weight, scale in scales_of(tensors).items():
        wanted = dtype if "blocks." in weight else torch.float32
        tensors[weight] = _product(tensors[weight], tensors[scale]).to(wanted)
    return {name: tensors[name] for name in without_scales(tensors)}


def _product(weight: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """In 32 bits. `weight` (out, in); `scale` one number, or one for each output: (out) or (out, 1)."""
    factor = scale.float()
    return weight.float() * (factor if factor.numel() == 1 else factor.reshape(-1, 1))

"""A trained encoder made wider: channels more that change nothing yet.

New channels are zero until something is learnt that fills them; what reads them begins at random. An RMS norm
divides by the root of all channels, so gammas shrink by as much as that grows, and so does the attention's
scale. All shortcuts of Wan's encoder keep their channels in order: new ones stay behind the old ones.
"""

from __future__ import annotations

import torch
from diffusers import AutoencoderKLWan
from torch import Tensor

from oelala.mini.topology import build_vae

# Of the deviation of the weights beside them.
_NEW = 0.5
_QKV = "to_qkv"


def width_of(weights: dict[str, Tensor]) -> int:
    """`base_dim` of the encoder that these weights of a VAE are of."""
    return weights["encoder.conv_in.weight"].shape[0]


def vae_of(weights: dict[str, Tensor], *, tiny: bool = False) -> AutoencoderKLWan:
    """A VAE with these weights, in float32, its encoder as wide as they are."""
    vae = build_vae(tiny=tiny, base_dim=width_of(weights))
    vae.load_state_dict({name: value.float() for name, value in weights.items()})
    return vae


def widened(weights: dict[str, Tensor], base_dim: int, *, tiny: bool = False) -> dict[str, Tensor]:
    """A VAE's weights with an encoder of `base_dim`, that encodes as `weights` do; ValueError if
    theirs is wider.
    """
    present = width_of(weights)
    if base_dim < present:
        raise ValueError(f"the encoder is wider already: {present}, not {base_dim}")
    with torch.device("meta"):
        wanted = build_vae(tiny=tiny, base_dim=base_dim).state_dict()
    generator = torch.Generator().manual_seed(0)
    return {name: _wider(name, value, wanted[name].shape, generator) for name, value in weights.items()}


def _wider(name: str, value: Tensor, shape: torch.Size, generator: torch.Generator) -> Tensor:
    if value.shape == shape:
        return value
    value = value.float()
    if name.endswith("gamma"):
        made = value.mean().expand(shape).clone()
        made[: len(value)] = value
        return made * (len(value) / shape[0]) ** 0.5
    if _QKV in name:
        return _wider_attention(value, shape, generator)
    made = value.new_zeros(shape)
    made[tuple(slice(size) for size in value.shape)] = value
    if value.ndim > 1:
        _read_new(made[: value.shape[0], value.shape[1] :], value, generator)
    return made


def _wider_attention(value: Tensor, shape: torch.Size, generator: torch.Generator) -> Tensor:
    """Queries, keys and values one below the other. New queries meet new keys that are still zero."""
    old, new = value.shape[0] // 3, shape[0] // 3
    made = value.new_zeros(shape)
    for part, (theirs, ours) in enumerate(zip(value.split(old), made.split(new), strict=True)):
        ours[tuple(slice(size) for size in theirs.shape)] = theirs
        if value.ndim > 1:
            _read_new(ours[:old, old:], theirs, generator)
            if part == 0:
                _read_new(ours[old:], theirs, generator)
        if part == 0:
            ours[:old] *= (new / old) ** 0.5
    return made


def _read_new(place: Tensor, beside: Tensor, generator: torch.Generator) -> None:
    place.copy_(torch.randn(place.shape, generator=generator) * (_NEW * float(beside.std())))

"""The transformer's forward pass for training, over the weights of an unmodified diffusers module.

Equal to `WanTransformer3DModel.forward` with a timestep for each token, and cheaper: a clip has only two
different times (its own, and 0 for a clean first frame), so modulation is computed for those and broadcast
over the tokens of a frame, not stored for every token in float32; the patch embedding is a matrix product;
and one block is compiled once a shape, with its weights as arguments, for all layers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from diffusers import WanTransformer3DModel
from torch import Tensor

Weights = dict[str, Tensor]
Block = Callable[[Tensor, Tensor, Tensor, Tensor, Weights, int], Tensor]
_EPS = 1e-6


def _linear(x: Tensor, weights: Weights, name: str) -> Tensor:
    return F.linear(x, weights[f"{name}.weight"].to(x.dtype), weights[f"{name}.bias"].to(x.dtype))


def _normed(x: Tensor, gamma: Tensor) -> Tensor:
    wide = x.float()
    return (wide * torch.rsqrt((wide * wide).mean(-1, keepdim=True) + _EPS) * gamma).to(x.dtype)


def _turned(x: Tensor, rotary: Tensor) -> Tensor:
    """Rotary embedding of (B, L, heads, d) by cosines and sines (2, L, 1, d/2)."""
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    cos, sin = rotary.unbind(0)
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2).to(x.dtype)


def _attend(x: Tensor, text: Tensor | None, rotary: Tensor, weights: Weights, heads: int) -> Tensor:
    """Attention of (B, L, C) to itself, or to text (B, 64, C)."""
    name, source = ("attn1", x) if text is None else ("attn2", text)
    query = _normed(_linear(x, weights, f"{name}.to_q"), weights[f"{name}.norm_q.weight"])
    key = _normed(_linear(source, weights, f"{name}.to_k"), weights[f"{name}.norm_k.weight"])
    value = _linear(source, weights, f"{name}.to_v").unflatten(-1, (heads, -1))
    query, key = query.unflatten(-1, (heads, -1)), key.unflatten(-1, (heads, -1))
    if text is None:
        query, key = _turned(query, rotary), _turned(key, rotary)
    made = F.scaled_dot_product_attention(*(part.transpose(1, 2) for part in (query, key, value)))
    return _linear(made.transpose(1, 2).flatten(2), weights, f"{name}.to_out.0")


def run_block(x: Tensor, text: Tensor, times: Tensor, rotary: Tensor, weights: Weights, heads: int) -> Tensor:
    """One block: x (B, T, S, C) with S tokens a frame, text (B, 64, C), times (B, T, 6, C) in float32."""
    table = (weights["scale_shift_table"].unsqueeze(0) + times).unsqueeze(2)
    shift, scale, gate, shift_2, scale_2, gate_2 = table.unbind(3)
    size = (x.shape[-1],)
    normed = (F.layer_norm(x.float(), size, eps=_EPS) * (1 + scale) + shift).to(x.dtype)
    made = _attend(normed.flatten(1, 2), None, rotary, weights, heads).view_as(x)
    x = (x.float() + made.float() * gate).to(x.dtype)
    normed = F.layer_norm(x.float(), size, weights["norm2.weight"], weights["norm2.bias"], _EPS).to(x.dtype)
    x = x + _attend(normed.flatten(1, 2), text, rotary, weights, heads).view_as(x)
    normed = (F.layer_norm(x.float(), size, eps=_EPS) * (1 + scale_2) + shift_2).to(x.dtype)
    made = F.gelu(_linear(normed, weights, "ffn.net.0.proj"), approximate="tanh")
    return (x.float() + _linear(made, weights, "ffn.net.2").float() * gate_2).to(x.dtype)


@dataclass(frozen=True)
class Noisy:
    """Latents (B, 48, T, h, w), their times (B,) in 0..1, and whose first frame is clean (B,)."""

    latents: Tensor
    times: Tensor
    clean_first: Tensor


class FastTransformer:
    """Predicts what `model` predicts; `block` may be a compiled `run_block`."""

    def __init__(
        self, model: WanTransformer3DModel, block: Block = run_block, dtype: torch.dtype | None = None
    ) -> None:
        self.model, self.block = model, block
        self.dtype = dtype or torch.float32
        self.heads = model.config.num_attention_heads
        self.weights = [dict(layer.named_parameters()) for layer in model.blocks]
        self._rotary: dict[tuple[int, ...], Tensor] = {}

    def __call__(self, noisy: Noisy, features: Tensor) -> Tensor:
        """Velocity (B, 48, T, h, w) for text features (B, 64, text_dim)."""
        model: Any = self.model
        x = self._patches(noisy.latents)
        temb, times = self._times(noisy)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=self.dtype == torch.bfloat16):
            text = model.condition_embedder.text_embedder(features).to(self.dtype)
        rotary = self._rotary_of(noisy.latents)
        for weights in self.weights:
            x = self.block(x, text, times, rotary, weights, self.heads)
        shift, scale = (model.scale_shift_table.unsqueeze(0) + temb.unsqueeze(2)).unsqueeze(2).unbind(3)
        x = (F.layer_norm(x.float(), (x.shape[-1],), eps=_EPS) * (1 + scale) + shift).to(self.dtype)
        made = F.linear(x, model.proj_out.weight.to(self.dtype), model.proj_out.bias.to(self.dtype))
        height, width = noisy.latents.shape[-2] // 2, noisy.latents.shape[-1] // 2
        made = made.unflatten(-1, (2, 2, -1)).unflatten(2, (height, width))
        return made.permute(0, 6, 1, 2, 4, 3, 5).flatten(5, 6).flatten(3, 4)

    def _patches(self, latents: Tensor) -> Tensor:
        pieces = latents.to(self.dtype).unflatten(4, (-1, 2)).unflatten(3, (-1, 2))
        rows = pieces.permute(0, 2, 3, 5, 1, 4, 6).flatten(4).flatten(2, 3)
        conv: Any = self.model.patch_embedding
        return F.linear(rows, conv.weight.flatten(1).to(self.dtype), conv.bias.to(self.dtype))

    def _times(self, noisy: Noisy) -> tuple[Tensor, Tensor]:
        """Embedding (B, T, C) and modulation (B, T, 6, C) of every frame, in float32."""
        embedder: Any = self.model.condition_embedder
        both = torch.cat([noisy.times.float() * 1000, torch.zeros_like(noisy.times[:1], dtype=torch.float32)])
        temb = embedder.time_embedder(embedder.timesteps_proj(both))
        times = embedder.time_proj(F.silu(temb)).unflatten(-1, (6, -1))
        frames = noisy.latents.shape[2]
        first = [
            torch.where(noisy.clean_first.view(-1, *[1] * (each.dim() - 1)), each[-1:], each[:-1])
            for each in (temb, times)
        ]
        temb, times = (
            torch.cat([one.unsqueeze(1), each[:-1].unsqueeze(1).expand(-1, frames - 1, *each.shape[1:])], 1)
            for one, each in zip(first, (temb, times), strict=True)
        )
        return temb, times

    def _rotary_of(self, latents: Tensor) -> Tensor:
        shape = tuple(latents.shape[2:])
        if shape not in self._rotary:
            cos, sin = self.model.rope(latents[:1])
            self._rotary[shape] = torch.stack([cos[0, ..., 0::2], sin[0, ..., 1::2]]).float()
        return self._rotary[shape]

"""`norm_silu` as two Triton kernels, forward and back: each activation is read once and written once."""

from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor

from oelala.mini.recipe.norm_silu import BACK, EPS

# Numbers that one program holds of a tensor.
_BLOCK = 4096


# Triton reads the annotations of its kernels and knows none but its own: with any other it does not compile.
@triton.jit
def _forward(  # type: ignore[no-untyped-def]
    x_ptr, gamma_ptr, out_ptr, pixels, frames, eps,  # noqa: ANN001
    channels: tl.constexpr, wide: tl.constexpr, each: tl.constexpr, back: tl.constexpr,
) -> None:  # fmt: skip
    frame = tl.program_id(1).to(tl.int64)
    rows = tl.program_id(0) * each + tl.arange(0, each)
    column = tl.arange(0, wide)[None, :]
    there = (rows < pixels)[:, None] & (column < channels)
    own = (frame * pixels + rows)[:, None]
    x = tl.load(x_ptr + own * channels + column, mask=there, other=0.0).to(tl.float32)
    gamma = tl.load(gamma_ptr + column, mask=column < channels, other=0.0).to(tl.float32)
    scale = tl.rsqrt(tl.sum(x * x, 1) / channels + eps)[:, None]
    h = x * scale * gamma
    y = (h * tl.sigmoid(h)).to(out_ptr.dtype.element_ty)
    time = frame % frames
    for later in tl.static_range(back):
        place = (back - 1 - later) * channels + column
        seen_by = (own + later * pixels) * (back * channels) + place
        tl.store(out_ptr + seen_by, y, mask=there & (time + later < frames))
        # before the first frame there is nothing
        if later > 0:
            tl.store(out_ptr + own * (back * channels) + place, tl.zeros_like(y), mask=there & (time < later))


@triton.jit
def _backward(  # type: ignore[no-untyped-def]
    x_ptr, gamma_ptr, grad_ptr, dx_ptr, dgamma_ptr, pixels, frames, eps,  # noqa: ANN001
    channels: tl.constexpr, wide: tl.constexpr, each: tl.constexpr, back: tl.constexpr,
) -> None:  # fmt: skip
    frame = tl.program_id(1).to(tl.int64)
    rows = tl.program_id(0) * each + tl.arange(0, each)
    column = tl.arange(0, wide)
    there = (rows < pixels)[:, None] & (column < channels)[None, :]
    own = (frame * pixels + rows)[:, None]
    x = tl.load(x_ptr + own * channels + column[None, :], mask=there, other=0.0).to(tl.float32)
    gamma = tl.load(gamma_ptr + column, mask=column < channels, other=0.0).to(tl.float32)[None, :]
    time = frame % frames
    grad = tl.zeros_like(x)
    for later in tl.static_range(back):
        place = (own + later * pixels) * (back * channels) + (back - 1 - later) * channels + column[None, :]
        grad += tl.load(grad_ptr + place, mask=there & (time + later < frames), other=0.0).to(tl.float32)
    scale = tl.rsqrt(tl.sum(x * x, 1) / channels + eps)[:, None]
    normed = x * scale
    h = normed * gamma
    gate = tl.sigmoid(h)
    dh = grad * gate * (1 + h * (1 - gate))
    dn = dh * gamma
    dx = scale * (dn - normed * (tl.sum(dn * normed, 1) / channels)[:, None])
    tl.store(dx_ptr + own * channels + column[None, :], dx.to(dx_ptr.dtype.element_ty), mask=there)
    part = frame * tl.num_programs(0) + tl.program_id(0)
    tl.store(dgamma_ptr + part * channels + column, tl.sum(dh * normed, 0), mask=column < channels)


def _grid(x: Tensor) -> tuple[int, int, int, int, int]:
    """Pixels a frame, the next power of two of channels, pixels a program, and the grid."""
    wide = triton.next_power_of_2(x.shape[1])
    pixels, each = x.shape[2] * x.shape[3], max(1, _BLOCK // wide)
    return pixels, wide, each, triton.cdiv(pixels, each), x.shape[0]


class _NormSilu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, gamma: Tensor, frames: int) -> Tensor:
        x = x.contiguous(memory_format=torch.channels_last)
        pixels, wide, each, *grid = _grid(x)
        back = BACK if frames > 1 else 1
        count, channels, height, width = x.shape
        out = torch.empty(
            (count, back * channels, height, width), dtype=x.dtype, device=x.device,
            memory_format=torch.channels_last,
        )  # fmt: skip
        _forward[tuple(grid)](x, gamma, out, pixels, frames, EPS, channels, wide, each, back)
        ctx.save_for_backward(x, gamma)
        ctx.frames, ctx.back = frames, back
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        x, gamma = ctx.saved_tensors
        grad = grads[0].contiguous(memory_format=torch.channels_last)
        pixels, wide, each, *grid = _grid(x)
        dx = torch.empty_like(x)
        dgamma = torch.empty((grid[0] * grid[1], x.shape[1]), device=x.device)
        _backward[tuple(grid)](
            x, gamma, grad, dx, dgamma, pixels, ctx.frames, EPS, x.shape[1], wide, each, ctx.back
        )
        return dx, dgamma.sum(0).to(gamma.dtype), None


def fused_norm_silu(x: Tensor, gamma: Tensor, frames: int) -> Tensor:
    """`norm_silu` for any number of channels."""
    made: Tensor = _NormSilu.apply(x, gamma, frames)
    return made

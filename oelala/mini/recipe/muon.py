"""AdamW, but Muon for the matrices inside a model: steps of one length in every direction.

Momentum is made orthogonal by five steps of Newton and Schulz (Jordan et al., "Muon", 2024), and scaled so
that its root mean square is that of an AdamW step: one learning rate serves both (Liu et al., "Muon is
Scalable", 2025). `torch.optim.Muon` takes matrices only, one at a time; here convolutions count as matrices
(out, in * kernel), and those of one shape go together: a VAE has seventy, and launches cost time.

Measured on the VAE, two H100, from weights of 30.24 dB: AdamW came to 30.67 in 330 of 396 s, Muon to 31.40 in
330 of 463 s and to 31.62 at the end, although 50 of its seconds went into choosing kernels.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

_MOMENTUM, _ITERATIONS = 0.95, 5
_A, _B, _C = 3.4445, -4.7750, 2.0315
# What an AdamW step has in practice.
_STEP = 0.2
# The first and the last layers see pixels, latents or words, not features; and a table is no matrix.
_OUTER = ("conv_in", "conv_out", "quant_conv", "patch_embedding", "shared", "embed_tokens", "text_heads")
_TABLES = ("scale_shift_table", "attention_bias")
_LAST = ("proj_out.weight", "transformer.proj_out.weight")


def is_matrix(name: str, value: Tensor) -> bool:
    """Whether Muon should move it: weights of hidden layers, not biases, gains or the outer layers."""
    outer = name in _LAST or any(part in name for part in (*_OUTER, *_TABLES))
    return value.ndim >= 2 and value[0].numel() > 1 and not outer


def orthogonal(matrices: Tensor) -> Tensor:
    """(N, rows, columns), rows <= columns, to nearly orthogonal ones: all singular values in 0.7..1.2."""
    x = matrices.bfloat16()
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp_min(1e-7)
    for _ in range(_ITERATIONS):
        gram = x @ x.transpose(1, 2)
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=_B, alpha=_C), x, beta=_A)
    return x


def make_optimizer(
    named: Iterable[tuple[str, nn.Parameter]], *, muon: bool, **settings: Any
) -> torch.optim.Optimizer:
    """`MuonAdamW`, or AdamW for all of them."""
    if muon:
        return MuonAdamW(named, **settings)
    return torch.optim.AdamW([value for _, value in named], **settings)


class MuonAdamW(torch.optim.AdamW):
    """Moves the named parameters that `is_matrix` by Muon and the others by AdamW, at one learning rate."""

    def __init__(self, named: Iterable[tuple[str, nn.Parameter]], **settings: Any) -> None:
        trained = [(name, value) for name, value in named if value.requires_grad]
        super().__init__([value for _, value in trained], **settings)
        self._by_shape: dict[tuple[int, int], list[nn.Parameter]] = defaultdict(list)
        for name, value in trained:
            if is_matrix(name, value):
                self._by_shape[value.shape[0], value[0].numel()].append(value)

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        """One step; gradients must be there. `closure` is not called."""
        rate, decay = self.param_groups[0]["lr"], self.param_groups[0]["weight_decay"]
        kept: list[tuple[nn.Parameter, Tensor]] = []
        for shape, values in self._by_shape.items():
            present = [(value, value.grad) for value in values if value.grad is not None]
            if present:
                self._move(shape, present, rate, decay)
            kept += present
        for value, _ in kept:
            value.grad = None
        super().step()
        for value, gradient in kept:
            value.grad = gradient

    def _move(
        self, shape: tuple[int, int], present: list[tuple[nn.Parameter, Tensor]], rate: float, decay: float
    ) -> None:
        values, gradients = [value for value, _ in present], [gradient for _, gradient in present]
        for value in values:
            if "exp_avg" not in self.state[value]:
                self.state[value]["exp_avg"] = torch.zeros_like(value)
        moments = [self.state[value]["exp_avg"] for value in values]
        torch._foreach_lerp_(moments, gradients, 1 - _MOMENTUM)
        ahead = torch._foreach_lerp(gradients, moments, _MOMENTUM)
        stacked = torch.stack([each.reshape(shape) for each in ahead])
        tall = shape[0] > shape[1]
        moved = orthogonal(stacked.transpose(1, 2) if tall else stacked)
        moved = (moved.transpose(1, 2) if tall else moved).float()
        torch._foreach_mul_(values, 1 - rate * decay)
        steps = [each.reshape(value.shape) for each, value in zip(moved, values, strict=True)]
        torch._foreach_add_(values, steps, alpha=-rate * _STEP * max(shape) ** 0.5)

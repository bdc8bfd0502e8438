"""A matrix with a LoRA beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (the name everyone reads)
from torch import nn


@dataclass(frozen=True, slots=True)
class Pair:
    """`down` (r, in) and `up` (out, r); `bias` (out) is added as well."""

    down: torch.Tensor
    up: torch.Tensor
    bias: torch.Tensor | None = None


class LoraLinear(nn.Module):
    """`base_layer` is any linear layer, packed weights included, and stays as it is.

    To the bit what peft's layer computes with a scale of 1. That one takes seconds to be put beside the 400
    matrices of Wan 14B, holds one more answer at a time, and does not compile in one piece.
    """

    def __init__(self, base_layer: Any, pair: Pair, dtype: torch.dtype) -> None:
        super().__init__()
        weight = base_layer.weight
        kept = weight.dtype if weight.is_floating_point() else dtype  # some layers stay in 32 bits
        self.base_layer = base_layer
        self.down, self.up = (self._own(one, weight.device, kept) for one in (pair.down, pair.up))
        self.extra_bias = None if pair.bias is None else self._own(pair.bias, weight.device, kept)

    @staticmethod
    def _own(tensor: torch.Tensor, device: torch.device, dtype: torch.dtype) -> nn.Parameter:
        return nn.Parameter(tensor.to(device, dtype), requires_grad=False)

    @property
    def weight(self) -> Any:
        return self.base_layer.weight

    @property
    def bias(self) -> Any:
        return self.base_layer.bias

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """(…, in) -> (…, out)"""
        answer: torch.Tensor = self.base_layer(hidden)
        inner = F.linear(hidden.to(self.down.dtype), self.down)
        return (answer + F.linear(inner, self.up, self.extra_bias)).to(answer.dtype)


def innermost(module: Any) -> Any:
    """The layer itself, whatever is beside it."""
    while isinstance(module, LoraLinear):
        module = module.base_layer
    return module

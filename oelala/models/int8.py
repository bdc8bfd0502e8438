"""Transformers whose blocks keep their matrices in 8 bits, a scale for each output: half the memory, lossy.

Our own small layer rather than torchao: it needs no further package, its parameters are plain tensors that
streaming takes as they are, and it still is a `torch.nn.Linear`, so that LoRA finds its way beside it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

os.environ["DIFFUSERS_DISABLE_REMOTE_CODE"] = "1"

import torch
import torch.nn.functional as F  # noqa: N812 (the name everyone reads)
from accelerate import init_empty_weights
from safetensors import safe_open
from torch import Tensor, nn

from oelala.models.catalog import weight_files

_LARGEST = 127
_AT_ONCE = 8 * 2**20  # numbers of a result that are there in 32 bits, twice


class Int8Linear(nn.Linear):
    """y = (x Wᵀ) · s + b with W (out, in) in int8 and s (out,) in float32.

    Int8 is exact in bfloat16, so that nothing is lost but in the rounding of W itself. Adapters go beside it;
    nothing can be fused into it.
    """

    scale: nn.Parameter

    @classmethod
    def like(cls, linear: nn.Linear) -> Int8Linear:
        """Of the same sizes, without values of its own (on the meta device)."""
        with torch.device("meta"):
            empty = cls(linear.in_features, linear.out_features, linear.bias is not None)
            empty.weight = _frozen(empty.weight.to(torch.int8))
            empty.scale = _frozen(torch.empty(linear.out_features))
        return empty

    def take(self, weight: Tensor) -> None:
        """Round `weight` (out, in) to the nearest of 255 steps for each output."""
        exact = weight.float()
        scale = exact.abs().amax(dim=1).clamp_min(torch.finfo(torch.float32).tiny) / _LARGEST
        self.weight = _frozen((exact / scale[:, None]).round_().to(torch.int8))
        self.scale = _frozen(scale)

    def forward(self, input: Tensor) -> Tensor:
        if input.dtype == torch.float16:  # sums of whole numbers would leave its range
            return F.linear(input, (self.weight * self.scale[:, None]).to(input.dtype), self.bias)
        product = F.linear(input, self.weight.to(input.dtype))
        if torch.is_grad_enabled() or torch.compiler.is_compiling():
            return self._scaled(product).to(input.dtype)
        # in its own place: in 32 bits the inner layer of a long clip's feed-forward is 1.7 GiB, twice
        for piece in product.view(-1, self.out_features).split(max(1, _AT_ONCE // self.out_features)):
            piece.copy_(self._scaled(piece))
        return product

    def _scaled(self, product: Tensor) -> Tensor:
        """In 32 bits."""
        scaled = product * self.scale
        return scaled if self.bias is None else scaled + self.bias


def load_int8(kind: Any, folder: Path, dtype: torch.dtype) -> nn.Module:
    """A diffusers model of that class from its own folder, on the processor, ready for inference.

    What is outside the blocks' matrices is as loading it plainly would make it. Never more than one tensor is
    in memory unrounded. Raises ValueError, OSError, KeyError or SafetensorError for files that do not fit.
    """
    return fill_in_8_bits(empty_module(kind, folder), _tensors(folder), dtype)


def empty_module(kind: Any, config: Path) -> nn.Module:
    """A diffusers model of that class without values (on the meta device); `config`: its folder."""
    with init_empty_weights(include_buffers=False):
        module: nn.Module = kind.from_config(kind.load_config(config, local_files_only=True))
    return module


def fill_in_8_bits(module: nn.Module, tensors: Iterable[tuple[str, Tensor]], dtype: torch.dtype) -> nn.Module:
    """`module`, which is empty, from tensors under its own names; they are let go of one by one. Raises
    ValueError for those that do not fit."""
    for holder, name, linear in list(block_matrices(module)):
        setattr(holder, name, Int8Linear.like(linear))
    for name, tensor in tensors:
        put(module, name, tensor, format_of(module, name, dtype))
    if any(parameter.is_meta for parameter in module.parameters()):
        raise ValueError("tensors are missing")
    return module.eval().requires_grad_(False)


def format_of(module: nn.Module, name: str, dtype: torch.dtype) -> torch.dtype:
    """What a diffusers model in `dtype` has that tensor in: norms and the like stay in 32 bits."""
    exact = set(getattr(module, "_keep_in_fp32_modules", None) or ())
    return torch.float32 if exact & set(name.split(".")) else dtype


def block_matrices(module: nn.Module) -> Iterator[tuple[nn.Module, str, nn.Linear]]:
    """Every linear layer inside a list of blocks: what holds it, its name there, and itself."""
    for blocks in module.children():
        if isinstance(blocks, nn.ModuleList):
            for holder in blocks.modules():
                for name, layer in holder.named_children():
                    if type(layer) is nn.Linear:
                        yield holder, name, layer


def _tensors(folder: Path) -> Iterator[tuple[str, Tensor]]:
    for file in weight_files(folder):
        with safe_open(file, "pt") as opened:
            for name in opened.keys():  # noqa: SIM118 - no mapping
                yield name, opened.get_tensor(name)


def put(module: nn.Module, name: str, tensor: Tensor, dtype: torch.dtype | None = None) -> None:
    """A tensor to its place: a copy in `dtype` (a matrix of 8 bits: rounded), or where that is None, itself.
    Raises ValueError where it does not fit."""
    path, _, leaf = name.rpartition(".")
    try:
        holder = module.get_submodule(path)
        expected = getattr(holder, leaf)
    except AttributeError as fault:
        raise ValueError(f"no place for {name}") from fault
    if expected.shape != tensor.shape:
        raise ValueError(f"{name}: {tuple(tensor.shape)} is not {tuple(expected.shape)}")
    if isinstance(holder, Int8Linear) and leaf == "weight":
        holder.take(tensor)
    elif isinstance(expected, nn.Parameter):
        setattr(holder, leaf, _frozen(tensor if dtype is None else tensor.to(dtype, copy=True)))
    else:
        setattr(holder, leaf, tensor if dtype is None else tensor.to(dtype, copy=True))


def _frozen(tensor: Tensor) -> nn.Parameter:
    return nn.Parameter(tensor, requires_grad=False)

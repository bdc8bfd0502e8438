"""Weights beside the blocks: moved as they are, or looked up where they lie."""

from __future__ import annotations

from typing import Any

import torch


def look_up_at_home(table: torch.nn.Embedding, device: torch.device) -> list[Any]:
    """Hooks by which a table in main memory answers for one on `device`: only the rows asked for travel."""

    def fetch(module: torch.nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
        del module
        return tuple(one.cpu() if isinstance(one, torch.Tensor) else one for one in args)

    def send(module: torch.nn.Module, args: Any, found: torch.Tensor) -> torch.Tensor:
        del module, args
        return found.to(device)

    return [table.register_forward_pre_hook(fetch), table.register_forward_hook(send)]


def take_in(home: torch.Tensor, changed: torch.Tensor) -> None:
    """Bring what a parameter has become back to its place. Raises ValueError for another shape or format."""
    if (home.shape, home.dtype) != (changed.shape, changed.dtype):
        raise ValueError("weights have changed their shape or format while they are streamed")
    home.copy_(changed)


def fused_adapters(module: torch.nn.Module) -> tuple[str, ...]:
    """The names of adapters that peft has merged into weights of this module."""
    return tuple(name for part in module.modules() for name in getattr(part, "merged_adapters", ()))


def move(tensor: torch.Tensor, device: torch.device) -> None:
    """In place: the object stays, and with it every module that knows it."""
    if tensor.device == device:
        return
    with torch._C.DisableTorchFunctionSubclass():
        if hasattr(tensor.data, "__tensor_flatten__"):
            for attribute in tensor.data.__tensor_flatten__()[0]:
                setattr(tensor, attribute, getattr(tensor, attribute).to(device))
        else:
            tensor.data = tensor.data.to(device)

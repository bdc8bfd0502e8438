"""Rotary tables computed once for a size of clip, instead of twice in every step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def rotary_once(module: torch.nn.Module) -> Iterator[None]:
    """For its length `module.rope` answers the same size with the same tensors: they depend on no more."""
    rope: Any = getattr(module, "rope", None)
    if not isinstance(rope, torch.nn.Module) or "forward" in vars(rope):
        yield
        return
    rope.forward = _Once(rope.forward)
    try:
        yield
    finally:
        del rope.forward


class _Once:
    def __init__(self, forward: Any) -> None:
        self._forward = forward
        self._key: tuple[Any, ...] | None = None
        self._answer: Any = None

    def __call__(self, hidden_states: torch.Tensor) -> Any:
        key = (hidden_states.shape[2:], hidden_states.device, torch.is_inference_mode_enabled())
        if key != self._key:
            self._key, self._answer = key, self._forward(hidden_states)
        return self._answer

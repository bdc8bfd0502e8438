"""Parameters that are other ones for a while: norms, biases, tables that a LoRA file changes as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from oelala.models.lora.layers import innermost

_BLOCK = re.compile(r"blocks\.\d+")


@contextmanager
def weights_changed(module: Any, changes: Mapping[tuple[str, str], torch.Tensor]) -> Iterator[None]:
    """For its length the parameters (module's name, attribute) have `changes` added to them.

    What lies in a block is changed for the block's own work only: while that is streamed, its parameters look
    at a slot then, and at main memory else. The changed numbers are kept beside: none is ever computed back.
    """
    by_block: dict[str, list[_Changed]] = {}
    with ExitStack() as undo:
        for (name, attribute), change in changes.items():
            changed = _Changed(module.get_submodule(name), attribute, change)
            if inside := _BLOCK.match(name):
                by_block.setdefault(inside[0], []).append(changed)
            else:
                changed.put()
                undo.callback(changed.take_back)
        for block, all_of_it in by_block.items():
            _hook(module.get_submodule(block), all_of_it, undo)
        yield


class _Changed:
    def __init__(self, module: Any, attribute: str, change: torch.Tensor) -> None:
        self._parameter = getattr(innermost(module), attribute)
        own = self._parameter.data
        self._new = (own.float() + change.to(own.device)).to(own.dtype)
        self._own: torch.Tensor | None = None

    def put(self) -> None:
        self._own = self._parameter.data
        if self._new.device != self._own.device:
            self._new = self._new.to(self._own.device)
        self._parameter.data = self._new

    def take_back(self) -> None:
        """Unless streaming has sent the parameter home already."""
        if self._own is not None and self._parameter.data.data_ptr() == self._new.data_ptr():
            self._parameter.data = self._own
        self._own = None


def _hook(block: torch.nn.Module, inside: list[_Changed], undo: ExitStack) -> None:
    """Behind the hooks of streaming, and like these outside of compiled code."""

    @torch.compiler.disable
    def put(*_: Any) -> None:
        for changed in inside:
            changed.put()

    @torch.compiler.disable
    def take_back(*_: Any) -> None:
        for changed in inside:
            changed.take_back()

    undo.callback(block.register_forward_pre_hook(put).remove)
    undo.callback(block.register_forward_hook(take_back, always_call=True).remove)

"""A LoRA beside a transformer's weights for a while: all of it or an error, and nothing left afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from oelala.models.lora.bind import AttachRequest, Binding, bind
from oelala.models.lora.changes import weights_changed
from oelala.models.lora.layers import LoraLinear


@contextmanager
def attached(request: AttachRequest) -> Iterator[Binding]:
    """While it lasts the module computes with the LoRA; afterwards it is what it was, to the bit.

    Matrices get theirs beside them: that works with weights in 8 bits, in GGUF and in other memory alike, and
    has an exact inverse, which fused weights in 16 bits have not. What the file changes besides
    (`Binding.changes`) takes the place of the weights meanwhile. One may be attached within another. Raises
    OelalaError ("lora-foreign") where a tensor of the file finds no layer of its shape; then nothing has
    changed.
    """
    module, binding = request.module, bind(request)
    before: list[tuple[Any, str, Any]] = []
    try:
        for layer, pair in binding.pairs.items():
            parent, _, name = layer.rpartition(".")
            holder = module.get_submodule(parent)
            own = getattr(holder, name)
            setattr(holder, name, LoraLinear(own, pair, request.dtype))
            before.append((holder, name, own))
        with weights_changed(module, binding.changes):
            yield binding
    finally:
        for holder, name, own in reversed(before):
            setattr(holder, name, own)

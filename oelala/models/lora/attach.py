"""A LoRA beside a transformer's weights for a while: all of it or an error, and nothing left afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from peft.tuners.tuners_utils import BaseTunerLayer

from oelala.models.lora.bind import AttachRequest, Binding, bind, foreign
from oelala.models.lora.changes import weights_changed


@contextmanager
def attached(request: AttachRequest) -> Iterator[Binding]:
    """While it lasts the module computes with the LoRA; afterwards it is what it was, to the bit.

    Matrices get theirs beside them, through diffusers' own loader: that works with weights in 8 bits, in GGUF
    and in other memory alike, and has an exact inverse, which fused weights in 16 bits have not. What the
    file changes besides (`Binding.changes`) takes the place of the weights meanwhile. Raises OelalaError
    ("lora-foreign") where a tensor of the file finds no layer of its shape; then nothing has changed.
    """
    module, binding = request.module, bind(request)
    try:
        if binding.pairs:
            _load(request, binding)
        with weights_changed(module, binding.changes):
            yield binding
    finally:
        _remove(module, request.adapter)


def _load(request: AttachRequest, binding: Binding) -> None:
    module, name = request.module, request.adapter
    module.load_lora_adapter(binding.pairs, prefix=None, adapter_name=name, low_cpu_mem_usage=True)
    layers = {
        layer: part
        for layer, part in module.named_modules()
        if isinstance(part, BaseTunerLayer) and name in getattr(part, "lora_A", ())
    }
    wrong = layers.keys() ^ binding.layers
    wrong |= {layer for layer, part in layers.items() if layer not in wrong and not _is_whole(part, name)}
    if wrong:
        raise foreign(request, sorted(wrong), len(binding.layers))
    for part in layers.values():
        part.requires_grad_(False)


def _is_whole(part: Any, name: str) -> bool:
    """Its numbers have come, and count once."""
    tensors = [*part.lora_A[name].parameters(), *part.lora_B[name].parameters()]
    return part.scaling[name] == 1.0 and not any(tensor.is_meta for tensor in tensors)


def _remove(module: Any, name: str) -> None:
    """peft's wrappers go with the last adapter, and what diffusers has noted on the module with them."""
    layers = [part for part in module.modules() if isinstance(part, BaseTunerLayer)]
    for part in layers:
        part.delete_adapter(name)
    getattr(module, "peft_config", {}).pop(name, None)
    if layers and not any(getattr(part, "lora_A", None) for part in layers):
        module.unload_lora()
        vars(module).pop("_hf_peft_config_loaded", None)

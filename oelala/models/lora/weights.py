"""A LoRA file as what it does to each layer of a Wan transformer, whatever program has written it.

`<layer>.lora_down.weight` (r, in) and `lora_up` (out, r), or `lora_A` and `lora_B`, stand for up × down ×
alpha / r (without `alpha`: 1). Beside these there are plain differences: `diff` of a weight, `diff_b` of a
bias, `diff_m` of a modulation, as in lightx2v's files, where they are small or have one dimension.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from oelala.errors import OelalaError
from oelala.models.lora.names import layer_name, without_prefix
from oelala.models.safetensors_header import check_file

_KINDS: Mapping[str, str] = {
    "lora_down.weight": "down",
    "lora_up.weight": "up",
    "lora_A.weight": "down",
    "lora_B.weight": "up",
    "lora_A.default.weight": "down",
    "lora_B.default.weight": "up",
    "lora_B.bias": "bias",
    "alpha": "alpha",
    "diff": "weight",
    "diff_b": "bias",
    "diff_m": "table",
}
_KEY = re.compile(r"(?:(.+)\.)?(" + "|".join(map(re.escape, sorted(_KINDS, key=len, reverse=True))) + ")")


@dataclass(frozen=True, slots=True)
class LayerPart:
    """What the file has for a layer: `down`, `up`, `alpha`, and differences of `weight`, `bias`, `table`."""

    tensors: Mapping[str, torch.Tensor]

    @property
    def is_pair(self) -> bool:
        return "down" in self.tensors and "up" in self.tensors

    def pair(self) -> tuple[torch.Tensor, torch.Tensor]:
        """(r, in) and (out, r), with alpha in the first."""
        down, up = self.tensors["down"], self.tensors["up"]
        alpha = self.tensors.get("alpha")
        return (down if alpha is None else down * (float(alpha) / down.shape[0])), up


@dataclass(frozen=True, slots=True)
class LoraWeights:
    """`layers`: by the name of the module in diffusers' transformer. `unused`: tensors known to be for layers
    that the model does not have."""

    name: str
    layers: Mapping[str, LayerPart] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


def read_lora(file: Path, unused: Collection[str] = ()) -> LoraWeights:
    """`unused`: parts of names of tensors to leave out.

    Raises OelalaError ("lora-broken" for a damaged file, "lora-format" for tensors of another kind).
    """
    try:
        check_file(file)
        with safe_open(file, "pt") as opened:
            tensors = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118 - no mapping
    except (OSError, ValueError, SafetensorError) as fault:
        reason = str(fault).splitlines()[0][:200]
        raise OelalaError("lora-broken", name=file.name, reason=reason) from fault
    return lora_of(file.name, tensors, unused)


def lora_of(name: str, tensors: Mapping[str, torch.Tensor], unused: Collection[str] = ()) -> LoraWeights:
    """As `read_lora`, of tensors by the names that a file has for them."""
    layers: dict[str, dict[str, torch.Tensor]] = {}
    left = tuple(key for key in tensors if any(part in key for part in unused))
    strange = []
    for key in tensors.keys() - set(left):
        match = _KEY.fullmatch(without_prefix(key))
        if match is None:
            strange.append(key)
            continue
        layers.setdefault(layer_name(match[1] or ""), {})[_KINDS[match[2]]] = tensors[key]
    halves = [layer for layer, own in layers.items() if ("down" in own) != ("up" in own)]
    if strange or halves or not layers:
        examples = ", ".join(sorted([*strange, *halves])[:3]) or "–"
        raise OelalaError("lora-format", name=name, examples=examples)
    return LoraWeights(name, {layer: LayerPart(layers[layer]) for layer in sorted(layers)}, left)

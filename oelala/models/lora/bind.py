"""Which layer of a transformer takes which tensor of a LoRA file, decided before anything is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from oelala.errors import OelalaError
from oelala.models.lora.layers import Pair, innermost
from oelala.models.lora.weights import LayerPart, LoraWeights

_ATTRIBUTES: Mapping[str, str] = {"weight": "weight", "bias": "bias", "table": "scale_shift_table"}


@dataclass(frozen=True, slots=True)
class AttachRequest:
    """`module`: a diffusers transformer, streamed or not, of weights in any number format. `dtype`: what it
    computes in. `model`: its name, for errors."""

    module: Any
    weights: LoraWeights
    dtype: torch.dtype
    model: str
    strength: float = 1.0


@dataclass(slots=True)
class Binding:
    """`pairs`: by the name of the layer. `changes`: what the file adds to other parameters, by (name of the
    module, attribute)."""

    pairs: dict[str, Pair] = field(default_factory=dict)
    changes: dict[tuple[str, str], torch.Tensor] = field(default_factory=dict)


def bind(request: AttachRequest) -> Binding:
    """Raises OelalaError ("lora-foreign")."""
    found, lost = Binding(), []
    total = sum(len(part.tensors) for part in request.weights.layers.values())
    for layer, part in request.weights.layers.items():
        taken = _bind_layer(request, layer, part, found)
        lost += [f"{layer}.{kind}".lstrip(".") for kind in part.tensors if kind not in taken]
    if lost:
        raise _foreign(request, lost, total)
    return found


def _foreign(request: AttachRequest, examples: list[str], total: int) -> OelalaError:
    return OelalaError(
        "lora-foreign",
        name=request.weights.name,
        model=request.model,
        count=len(examples),
        total=total,
        examples=", ".join(examples[:3]),
    )


def _bind_layer(request: AttachRequest, layer: str, part: LayerPart, found: Binding) -> set[str]:
    """The kinds of tensors that have found their place."""
    try:
        module = innermost(request.module.get_submodule(layer))
    except AttributeError:
        return set()
    tensors = {kind: _scaled(one, request.strength) for kind, one in part.tensors.items()}
    taken: set[str] = set()
    pair = _pair(part, module) if isinstance(module, torch.nn.Linear) else None
    if pair is not None:
        down, up = pair
        taken |= {"down", "up", "alpha"} if part.is_pair else {"weight"}
        bias = tensors.get("bias")
        if bias is not None and bias.shape == (module.out_features,):
            taken.add("bias")
        found.pairs[layer] = Pair(down, _scaled(up, request.strength), bias if "bias" in taken else None)
    for kind in tensors.keys() & _ATTRIBUTES.keys() - taken:
        if _adds_up(getattr(module, _ATTRIBUTES[kind], None), tensors[kind]):
            found.changes[layer, _ATTRIBUTES[kind]] = tensors[kind].float()
            taken.add(kind)
    return taken


def _scaled(tensor: torch.Tensor, strength: float) -> torch.Tensor:
    return tensor if strength == 1.0 else tensor.float() * strength


def _pair(part: LayerPart, linear: Any) -> tuple[torch.Tensor, torch.Tensor] | None:
    """(r, in) and (out, r). A difference of the whole matrix is a pair as well, with ones in the other half:
    so it stays apart from weights, whatever their number format."""
    if part.is_pair:
        down, up = part.pair()
    elif "weight" in part.tensors and part.tensors["weight"].ndim == 2:
        whole = part.tensors["weight"].float()
        small = whole.shape[0] <= whole.shape[1]
        ones = torch.eye(min(whole.shape))
        down, up = (whole, ones) if small else (ones, whole)
    else:
        return None
    fits = down.ndim == up.ndim == 2 and down.shape[0] == up.shape[1]
    sizes = (up.shape[0], down.shape[-1]) == (linear.out_features, linear.in_features)
    return (down, up) if fits and sizes else None


def _adds_up(parameter: Any, change: torch.Tensor) -> bool:
    """Plain numbers of the same shape: to packed ones nothing can be added."""
    if not isinstance(parameter, torch.Tensor) or hasattr(parameter, "quant_type"):
        return False
    return parameter.is_floating_point() and parameter.shape == change.shape

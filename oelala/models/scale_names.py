"""Scaled fp8 as ComfyUI's files have it, told by the names and shapes of tensors. Imports no torch.

Beside a matrix `X.weight` in fp8 stands its scale in 32 bits: `X.scale_weight`, or `X.weight_scale` in newer
files; the weight is their product. A scale for the layer's input (`X.scale_input`, `X.input_scale`), a note
on the format (`X.comfy_quant`) and a mark of the whole file (`scaled_fp8`) say how to compute in fp8, and
nothing of the weights. Loaders that do not know the scales leave them out in silence, and the matrices are
wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oelala.models.safetensors_header import Tensor

_SCALES = (".scale_weight", ".weight_scale")
_EXTRAS = (".scale_input", ".input_scale", ".comfy_quant", "scaled_fp8")
_OTHER_SCALES = (".weight_scale_2", ".weight_scale_inv", ".scale_weight_2")
_FP8 = ("F8_E4M3", "F8_E5M2")
_FLOATS = ("F32", "F16", "BF16")


def is_scaled(names: Iterable[str]) -> bool:
    """Whether any of a file's tensors speaks of scales."""
    return any(name.endswith((*_SCALES, *_EXTRAS, *_OTHER_SCALES)) for name in names)


def scales_of(names: Iterable[str]) -> dict[str, str]:
    """The name of each matrix's scale, by the name of the matrix."""
    return {
        f"{name.removesuffix(end)}.weight": name for name in names for end in _SCALES if name.endswith(end)
    }


def without_scales(names: Iterable[str]) -> list[str]:
    """Those of the weights."""
    return [name for name in names if not name.endswith((*_SCALES, *_EXTRAS))]


def can_be_multiplied_out(tensors: Mapping[str, Tensor]) -> bool:
    """Whether every fp8 matrix has one scale, or one for each of its outputs, and there are no other formats.

    Scales of blocks, of 8-bit integers or of 4 bits are another thing.
    """
    scales = scales_of(tensors)
    if not scales or any(name.endswith(_OTHER_SCALES) for name in tensors):
        return False
    weights = {name: tensors[name] for name in without_scales(tensors)}
    in_fp8 = {name for name, tensor in weights.items() if tensor.dtype in _FP8}
    return (
        in_fp8 == scales.keys()
        and all(_suits(tensors[scale], weights[name]) for name, scale in scales.items())
        and all(tensor.dtype in _FLOATS for name, tensor in weights.items() if name not in in_fp8)
    )


def _suits(scale: Tensor, weight: Tensor) -> bool:
    outputs = weight.shape[:1]
    return scale.dtype in _FLOATS and (scale.parameters == 1 or scale.shape in (outputs, (*outputs, 1)))

"""GGUF files as city96 and QuantStack make them: what is in which number format, and small real ones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Kind
from numpy.typing import NDArray

from oelala.models.catalog import Row
from tests.models.official import build
from tests.models.recognise.files import native

_KEYS: Mapping[str, str | int] = {
    "general.architecture": "wan",
    "general.quantization_version": 2,
    "general.file_type": 15,
}
Tensors = dict[str, tuple[Kind, tuple[int, ...]]]


def q4_k_m(shapes: Mapping[str, tuple[int, ...]], *, plain: Kind, small: Kind) -> Tensors:
    """By official names. `plain`: matrices outside the blocks; `small`: biases, norms, modulations."""
    return {name: (_kind(name, shape, plain, small), shape) for name, shape in shapes.items()}


def _kind(name: str, shape: tuple[int, ...], plain: Kind, small: Kind) -> Kind:
    if "patch_embedding.weight" in name:
        return Kind.F32
    if len(shape) != 2:
        return small
    if "blocks." not in name:
        return plain
    return Kind.Q6_K if name.endswith((".v.weight", ".ffn.2.weight")) else Kind.Q4_K


def layout_of(row: Row) -> Tensors:
    """Of a row of the catalog, by its maker's habits."""
    shapes = {
        native(name): tuple(value.shape) for name, value in build(row, "transformer").state_dict().items()
    }
    maker = (row.components["transformer"].source or "").partition("/")[0]
    plain = Kind.F32 if maker == "city96" else Kind.F16
    # VACE is older than QuantStack's other files
    small = Kind.F32 if maker == "city96" or "vace" in row.id else Kind.F16
    return q4_k_m(shapes, plain=plain, small=small)


def length_of(tensors: Tensors) -> int:
    """How long such a file is: a header, and every tensor padded to 32 bytes."""
    header = 24
    for key, value in _KEYS.items():
        header += 8 + len(key) + 4 + (8 + len(value) if isinstance(value, str) else 4)
    header += sum(8 + len(name) + 4 + 8 * len(shape) + 4 + 8 for name, (_, shape) in tensors.items())
    return _padded(header) + sum(_padded(_bytes(kind, shape)) for kind, shape in tensors.values())


def _bytes(kind: Kind, shape: tuple[int, ...]) -> int:
    block, size = gguf.GGML_QUANT_SIZES[kind]
    assert math.prod(shape) % block == 0
    return math.prod(shape) // block * size


def _padded(count: int) -> int:
    return -(-count // 32) * 32


def write_q4_k_m(path: Path, module: torch.nn.Module, seed: int) -> dict[str, torch.Tensor]:
    """A real file in the module's shape, with random blocks; comes back as what ggml's reference reads there.

    Rows of the blocks' matrices have to be multiples of 256.
    """
    random = np.random.default_rng(seed)
    state = module.state_dict()
    kinds = q4_k_m({native(n): tuple(v.shape) for n, v in state.items()}, plain=Kind.F16, small=Kind.F16)
    writer = gguf.GGUFWriter(path, "wan")
    told = {}
    for name, value in state.items():
        kind, shape = kinds[native(name)]
        array: NDArray[Any] = value.numpy()
        if kind in (Kind.Q4_K, Kind.Q6_K):
            array = _random_blocks(kind, shape, random)
            told[name] = torch.from_numpy(gguf.quants.dequantize(array, kind).reshape(shape))
            writer.add_tensor(native(name), array, raw_dtype=kind)
        else:
            array = array.astype(np.float32 if kind is Kind.F32 else np.float16)
            told[name] = torch.from_numpy(array.astype(np.float32))
            writer.add_tensor(native(name), array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return told


def _random_blocks(kind: Kind, shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.uint8]:
    """Any bytes are numbers here, but for the scale of each block: weights of about 0.02 come out."""
    _, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (math.prod(shape) // 256, size), np.uint8)
    if kind is Kind.Q4_K:  # scale and minimum come first
        blocks[:, :4] = np.array([1e-4, 7.5e-4], np.float16).view(np.uint8)
    else:  # the scale comes last
        blocks[:, -2:] = np.array([1.5e-5], np.float16).view(np.uint8)
    return blocks.reshape(shape[0], -1)

"""GGUF files as city96 and QuantStack make them: what is in which number format, and small real ones."""

from __future__ import annotations

import math
import re
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
    if "patch_embedding.weight" in name or name.startswith(("motion_encoder.", "face_encoder.")):
        return Kind.F32
    if len(shape) != 2:
        return small
    if "blocks." not in name:
        return plain
    return Kind.Q6_K if name.endswith((".v.weight", ".ffn.2.weight")) else Kind.Q4_K


def layout_of(row: Row) -> Tensors:
    """Of a row of the catalog, by its maker's habits."""
    shapes = {
        name: tuple(value.shape) for name, value in official(build(row, "transformer").state_dict()).items()
    }
    maker = (row.components["transformer"].source or "").partition("/")[0]
    plain = Kind.F32 if maker == "city96" else Kind.F16
    in_32_bits = maker == "city96" or any(name in row.id for name in ("vace", "animate", "t2v-1.3b"))
    small = Kind.F32 if in_32_bits else Kind.F16
    return q4_k_m(shapes, plain=plain, small=small)


def official(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """By the names of the official code, and in its shapes: Animate's differ in more than names."""
    if not any(name.startswith("motion_encoder.") for name in state):
        return {native(name): value for name, value in state.items()}
    found: dict[str, torch.Tensor] = {}
    for name, value in state.items():
        theirs, many = re.subn(r"^(face_adapter\.\d+\.)to_[kv]", r"\1linear1_kv", name)
        theirs = _animate(theirs)
        if many and theirs in found:
            found[theirs] = torch.cat([found[theirs], value])  # keys, then values
        else:
            found[theirs] = value[None, :, None, None] if ".net_app." in theirs and value.ndim == 1 else value
    for number in range(1, 8):  # fixed filters, which diffusers computes
        for blur in ("conv2", "skip"):
            one = next(iter(state.values()))
            found[f"{_CONVOLUTIONS}{number}.{blur}.0.kernel"] = torch.zeros(4, 4, device=one.device)
    return found


_CONVOLUTIONS = "motion_encoder.enc.net_app.convs."
_ANIMATE = {
    r"motion_synthesis_weight": "dec.direction.weight",
    r"motion_encoder\.conv_in\.weight": f"{_CONVOLUTIONS}0.0.weight",
    r"motion_encoder\.conv_in\.act_fn\.bias": f"{_CONVOLUTIONS}0.1.bias",
    r"motion_encoder\.conv_out\.": f"{_CONVOLUTIONS}8.",
    r"motion_network": "enc.fc",
    r"(\d\.conv1)\.weight": r"\1.0.weight",
    r"(\d\.conv1)\.act_fn\.bias": r"\1.1.bias",
    r"(\d\.conv2)\.weight": r"\1.1.weight",
    r"(\d\.conv2)\.act_fn\.bias": r"\1.2.bias",
    r"conv_skip\.weight": "skip.1.weight",
    r"^face_adapter\.": "face_adapter.fuser_blocks.",
    r"\.to_q\.": ".linear1_q.",
    r"\.to_out\.": ".linear2.",
    r"\.norm_(q|k)\.": r".\1_norm.",
    r"^(face_encoder\.conv\d(?:_local)?)\.": r"\1.conv.",
}


def _animate(name: str) -> str:
    if not name.startswith(("motion_encoder.", "face_encoder.", "face_adapter.")):
        return native(name)
    for ours, theirs in _ANIMATE.items():
        name = re.sub(ours, theirs, name)
    block = r"motion_encoder\.res_blocks\.(\d)"
    return re.sub(block, lambda match: f"{_CONVOLUTIONS}{int(match[1]) + 1}", name)


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

    Names are the official ones. Rows of the blocks' matrices have to be multiples of 256.
    """
    random = np.random.default_rng(seed)
    state = official(module.state_dict())
    kinds = q4_k_m({n: tuple(v.shape) for n, v in state.items()}, plain=Kind.F16, small=Kind.F16)
    writer = gguf.GGUFWriter(path, "wan")
    told = {}
    for name, value in state.items():
        kind, shape = kinds[name]
        array: NDArray[Any] = value.numpy()
        if kind in (Kind.Q4_K, Kind.Q6_K):
            array = _random_blocks(kind, shape, random)
            told[name] = torch.from_numpy(gguf.quants.dequantize(array, kind).reshape(shape))
            writer.add_tensor(name, array, raw_dtype=kind)
        else:
            array = array.astype(np.float32 if kind is Kind.F32 else np.float16)
            told[name] = torch.from_numpy(array.astype(np.float32))
            writer.add_tensor(name, array)
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

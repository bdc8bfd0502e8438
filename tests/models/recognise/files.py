"""Files of weights as they lie on the hub: real headers of full size, and nothing in them (sparse)."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oelala.models.catalog import find
from tests.models.official import build

SIZES = {"F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E8M0": 1, "U8": 1, "I8": 1, "I64": 8}
# diffusers -> the names of the official Wan code, as far as these tests need them
_NATIVE = {
    "condition_embedder.image_embedder.pos_embed": "img_emb.emb_pos",
    "condition_embedder.image_embedder.norm1": "img_emb.proj.0",
    "condition_embedder.image_embedder.ff.net.0.proj": "img_emb.proj.1",
    "condition_embedder.image_embedder.ff.net.2": "img_emb.proj.3",
    "condition_embedder.image_embedder.norm2": "img_emb.proj.4",
    "condition_embedder.text_embedder.linear_1": "text_embedding.0",
    "condition_embedder.text_embedder.linear_2": "text_embedding.2",
    "condition_embedder.time_embedder.linear_1": "time_embedding.0",
    "condition_embedder.time_embedder.linear_2": "time_embedding.2",
    "condition_embedder.time_proj": "time_projection.1",
    "ffn.net.0.proj": "ffn.0",
    "ffn.net.2": "ffn.2",
    "attn1": "self_attn",
    "attn2": "cross_attn",
    "norm_added_k": "norm_k_img",
    "add_k_proj": "k_img",
    "add_v_proj": "v_img",
    "to_out.0": "o",
    "to_q": "q",
    "to_k": "k",
    "to_v": "v",
    "norm2": "norm3",
}


def native(name: str) -> str:
    if name == "scale_shift_table":
        return "head.modulation"
    name = name.replace("scale_shift_table", "modulation")
    if name.startswith("vace_blocks."):
        name = name.replace("proj_out", "after_proj").replace("proj_in", "before_proj")
    name = name.replace("proj_out", "head.head")
    for ours, theirs in _NATIVE.items():
        name = name.replace(ours, theirs)
    return name


def shapes(row_id: str, *, official: bool = False, prefix: str = "") -> dict[str, tuple[int, ...]]:
    state = build(find(row_id), "transformer").state_dict()
    return {
        prefix + (native(name) if official else name): tuple(tensor.shape) for name, tensor in state.items()
    }


def header(tensors: Mapping[str, tuple[str, tuple[int, ...]]]) -> tuple[bytes, int]:
    """A safetensors header, and how long the whole file is."""
    entries: dict[str, Any] = {}
    end = 0
    for name, (dtype, shape) in tensors.items():
        size = SIZES[dtype]
        for side in shape:
            size *= side
        entries[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text, 8 + len(text) + end


def write_sparse(path: Path, all_shapes: Mapping[str, tuple[int, ...]], dtype: str = "BF16") -> Path:
    """A safetensors file of its true length that takes no room on the disk."""
    return write_tensors(path, {name: (dtype, shape) for name, shape in all_shapes.items()})


def write_tensors(path: Path, tensors: Mapping[str, tuple[str, tuple[int, ...]]]) -> Path:
    start, length = header(tensors)
    with path.open("wb") as file:
        file.write(start)
        file.truncate(length)
    return path


_GGML = {"F32": (0, 1, 4), "F16": (1, 1, 2), "Q4_0": (2, 32, 18), "Q8_0": (8, 32, 34)}


def gguf_header(
    tensors: Mapping[str, tuple[int, ...]], kind: str = "Q8_0", keys: Mapping[str, str] | None = None
) -> tuple[bytes, int]:
    """A GGUF header (version 3), and how long the whole file is; tensors of one dimension are F32."""
    keys = {"general.architecture": "wan"} if keys is None else keys
    text = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys))
    for key, value in keys.items():
        text += _text(key) + struct.pack("<I", 8) + _text(value)
    end = 0
    for name, shape in tensors.items():
        number, block, size = _GGML[kind if len(shape) == 2 else "F32"]
        text += _text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape[::-1])
        text += struct.pack("<IQ", number, end)
        count = 1
        for side in shape:
            count *= side
        end += -(-(count // block * size) // 32) * 32
    start = -(-len(text) // 32) * 32
    return text.ljust(start, b"\0"), start + end


def write_gguf(path: Path, tensors: Mapping[str, tuple[int, ...]], kind: str = "Q8_0") -> Path:
    start, length = gguf_header(tensors, kind)
    with path.open("wb") as file:
        file.write(start)
        file.truncate(length)
    return path


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()

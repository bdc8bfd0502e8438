"""Safetensors files of any size with random weights, as fast as a card draws and a disk takes them."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

_SHARD = 4_000_000_000
_WRITERS = 4
_NAMES = {torch.bfloat16: "BF16", torch.float32: "F32"}
_ONES = ("norm", "gamma")
_STD = 0.02


@dataclass(frozen=True, slots=True)
class Weights:
    """`shapes` by name. `stem`: of the files. `sparse`: no bytes at all, only their places (a file of
    zeros that takes no room), to see whether a folder is known for what it is."""

    shapes: Mapping[str, tuple[int, ...]]
    dtype: torch.dtype
    stem: str
    sparse: bool = False


def shapes_of(module: torch.nn.Module) -> dict[str, tuple[int, ...]]:
    """What its file would hold; a tensor with two names once."""
    tied = {"encoder.embed_tokens.weight"} if hasattr(module, "shared") else set()
    return {name: tuple(one.shape) for name, one in module.state_dict().items() if name not in tied}


def write_weights(weights: Weights, folder: Path, device: torch.device) -> int:
    """Shards and their index; bytes written. `device`: where the numbers are drawn."""
    folder.mkdir(parents=True, exist_ok=True)
    shards = _split(weights)
    files = [f"{weights.stem}-{n:05}-of-{len(shards):05}.safetensors" for n in range(1, len(shards) + 1)]
    with ThreadPoolExecutor(_WRITERS) as pool:
        jobs = [
            pool.submit(_write_shard, weights, shard, folder / file, device)
            for shard, file in zip(shards, files, strict=True)
        ]
        size = sum(job.result() for job in jobs)
    places = {name: file for shard, file in zip(shards, files, strict=True) for name in shard}
    index = {"metadata": {"total_size": size}, "weight_map": places}
    (folder / f"{weights.stem}.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    return size


def _split(weights: Weights) -> list[list[str]]:
    shards: list[list[str]] = [[]]
    filled = 0
    for name, shape in weights.shapes.items():
        size = math.prod(shape) * weights.dtype.itemsize
        if shards[-1] and filled + size > _SHARD:
            shards.append([])
            filled = 0
        shards[-1].append(name)
        filled += size
    return shards


def _write_shard(weights: Weights, names: list[str], path: Path, device: torch.device) -> int:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name in names:
        start, end = end, end + math.prod(weights.shapes[name]) * weights.dtype.itemsize
        shape = list(weights.shapes[name])
        header[name] = {"dtype": _NAMES[weights.dtype], "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        if weights.sparse:
            file.truncate(8 + len(text) + end)
        else:
            for name in names:
                drawn = _draw(name, weights, device)
                file.write(memoryview(drawn.cpu().reshape(-1).view(torch.uint8).numpy()))
    return end


def _draw(name: str, weights: Weights, device: torch.device) -> torch.Tensor:
    """Norms are 1 and biases 0, as in a model before its training; nothing grows out of range."""
    shape, dtype = weights.shapes[name] or (1,), weights.dtype
    if name.endswith("bias"):
        return torch.zeros(shape, dtype=dtype, device=device)
    if any(mark in name.lower() for mark in _ONES):
        return torch.ones(shape, dtype=dtype, device=device)
    generator = torch.Generator(device).manual_seed(zlib.crc32(name.encode()))
    return torch.empty(shape, dtype=dtype, device=device).normal_(0, _STD, generator=generator)

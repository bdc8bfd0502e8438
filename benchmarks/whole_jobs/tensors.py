"""Safetensors files of any size with random weights, as fast as a disk takes them."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import torch

_SHARD = 4_000_000_000
_WRITERS = 4
_NAMES = {torch.bfloat16: "BF16", torch.float32: "F32"}
_ONES = ("norm", "gamma")
_STD = 0.02
# Drawn once, and repeated from another place for each tensor: no two rows are alike, since no length of a row
# divides a prime. To draw twenty thousand million numbers takes longer than to write them.
_DRAWN = 33_554_393


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


def write_weights(weights: Weights, folder: Path) -> int:
    """Shards and their index; bytes written."""
    folder.mkdir(parents=True, exist_ok=True)
    shards = _split(weights)
    files = [f"{weights.stem}-{n:05}-of-{len(shards):05}.safetensors" for n in range(1, len(shards) + 1)]
    with ThreadPoolExecutor(_WRITERS) as pool:
        jobs = [
            pool.submit(_write_shard, weights, shard, folder / file)
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


def _write_shard(weights: Weights, names: list[str], path: Path) -> int:
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
                _put(file, name, weights)
    return end


def _put(file: BinaryIO, name: str, weights: Weights) -> None:
    """Norms are 1 and biases 0, as in a model before its training; nothing grows out of range."""
    count, dtype = math.prod(weights.shapes[name]), weights.dtype
    if name.endswith("bias"):
        file.write(_bytes(torch.zeros(count, dtype=dtype)))
    elif any(mark in name.lower() for mark in _ONES):
        file.write(_bytes(torch.ones(count, dtype=dtype)))
    else:
        numbers = _drawn(dtype)
        start = zlib.crc32(name.encode()) % len(numbers)
        while count:
            run = numbers[start : start + count]
            file.write(_bytes(run))
            count, start = count - len(run), 0


def _bytes(numbers: torch.Tensor) -> memoryview:
    return memoryview(numbers.view(torch.uint8).numpy())


@cache
def _drawn(dtype: torch.dtype) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.empty(_DRAWN).normal_(0, _STD, generator=generator).to(dtype)

"""Where a model's tensors lie in its safetensors files, and reading one of them to where it is wanted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from oelala.models.safetensors_header import check_file
from oelala.models.streaming.layout import Block, Leaf

_DTYPES = {
    "BF16": torch.bfloat16,
    "F16": torch.float16,
    "F32": torch.float32,
    "I8": torch.int8,
    "U8": torch.uint8,
}


@dataclass(frozen=True, slots=True)
class FileRange:
    """One tensor's bytes: `length` of them from `start`."""

    file: Path
    start: int
    length: int
    dtype: torch.dtype | None
    shape: tuple[int, ...]


def ranges_of(files: Sequence[Path]) -> dict[str, FileRange]:
    """By the tensor's name. Raises ValueError for damaged files, OSError."""
    found: dict[str, FileRange] = {}
    for file in files:
        check_file(file)
        with file.open("rb") as opened:
            header = int.from_bytes(opened.read(8), "little")
            entries = json.loads(opened.read(header))
        for name, entry in entries.items():
            if name != "__metadata__":
                start, stop = entry["data_offsets"]
                found[name] = FileRange(
                    file, 8 + header + start, stop - start, _DTYPES.get(entry["dtype"]), tuple(entry["shape"])
                )
    return found


def match(block: Block, ranges: Mapping[str, FileRange]) -> list[tuple[int, FileRange]]:
    """The block's tensors that the files have, each with its offset in the block's bytes.

    Those that the files have in another number format, shape or order are taken out of the block, to stay on
    the card: of most models in 16 bits, norms and the like, which are computed with in 32.
    """
    found = [(leaf, ranges.get(f"{block.name}.{leaf.name}")) for leaf in block.leaves]
    matched = [(leaf, place) for leaf, place in found if place is not None and _is_same(leaf, place)]
    block.arrange([leaf for leaf, _ in matched])
    return [(leaf.offset, place) for leaf, place in matched]


def _is_same(leaf: Leaf, place: FileRange) -> bool:
    format_of_file = (place.dtype, place.shape)
    return leaf.whole and leaf.home.is_contiguous() and format_of_file == (leaf.home.dtype, leaf.home.shape)


def read_range(place: FileRange, memory: Any, offset: int) -> None:
    """Into `memory` (a numpy array of bytes) from `offset` on. Raises OSError where the file has ended."""
    with place.file.open("rb", buffering=0) as file:
        file.seek(place.start)
        view = memoryview(memory)[offset : offset + place.length]
        while view:
            count = file.readinto(view)
            if not count:
                raise OSError(f"{place.file.name} has become shorter")
            view = view[count:]

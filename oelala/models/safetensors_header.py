"""Reading a safetensors file's header without its weights (and without torch).

Layout (the format's own specification): 8 bytes little-endian header length, a JSON header, then the data.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

# What no honest file comes near: the largest model here has 1,700 tensors and a header of 300 kB. A million
# empty tensors are a legal file that takes half a minute and a gigabyte to open.
LARGEST_HEADER = 10_000_000
MOST_TENSORS = 20_000
_MOST_DIMENSIONS = 8
_LONGEST_NAME = 1000
_BITS = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0"), 8),
    **dict.fromkeys(("F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 16),
    **dict.fromkeys(("I32", "U32", "F32"), 32),
    **dict.fromkeys(("I64", "U64", "F64", "C64"), 64),
    **{"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6},
}


class Readable(Protocol):
    def read(self, count: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Tensor:
    """`dtype` as the file names it; `shape` as torch would have it."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def parameters(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class SafetensorsHeader:
    """`parameters`: how many numbers the file holds; `bytes`: how long a complete file is."""

    parameters: int
    bytes: int
    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)


def read_header(path: Path) -> SafetensorsHeader:
    """Raises ValueError for what is no safetensors file, OSError for what cannot be read."""
    with path.open("rb") as file:
        return parse_header(file)


def ends_in_header(path: Path) -> bool:
    """Whether the file is shorter than the header that it announces. Raises OSError."""
    with path.open("rb") as file:
        return path.stat().st_size < 8 + int.from_bytes(file.read(8), "little")


def parse_header(file: Readable) -> SafetensorsHeader:
    """As `read_header`, from the beginning of an open file; reads no further than the header."""
    length = int.from_bytes(file.read(8), "little")
    if not 2 <= length <= LARGEST_HEADER:
        raise ValueError("no safetensors header")
    text = file.read(length)
    if len(text) < length:
        raise ValueError("the header ends too soon")
    try:
        entries = json.loads(text)
    except RecursionError as fault:
        raise ValueError("no safetensors header") from fault
    if not isinstance(entries, dict) or len(entries) > MOST_TENSORS:
        raise ValueError("no safetensors header")
    about = entries.pop("__metadata__", {})
    metadata = {str(key): str(value) for key, value in about.items()} if isinstance(about, dict) else {}
    tensors: dict[str, Tensor] = {}
    end = 0
    for name, entry in entries.items():
        tensors[name], stop = _tensor(name, entry)
        end = max(end, stop)
    return SafetensorsHeader(
        sum(tensor.parameters for tensor in tensors.values()), 8 + length + end, tensors, metadata
    )


def _tensor(name: str, entry: Any) -> tuple[Tensor, int]:
    """The tensor and where its data ends. Raises ValueError for what contradicts itself."""
    try:
        dtype, shape, (start, stop) = entry["dtype"], entry["shape"], entry["data_offsets"]
        sound = isinstance(dtype, str) and all(
            type(number) is int and number >= 0 for number in (*shape, start, stop)
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise ValueError("no safetensors header") from fault
    if not sound or len(shape) > _MOST_DIMENSIONS or dtype not in _BITS or len(name) > _LONGEST_NAME:
        raise ValueError("no safetensors header")
    tensor = Tensor(dtype, tuple(shape))
    if stop - start != -(-tensor.parameters * _BITS[dtype] // 8):
        raise ValueError("no safetensors header")
    return tensor, stop


def check_file(path: Path) -> SafetensorsHeader:
    """The header of a complete file. Raises ValueError with a short reason for a damaged one."""
    try:
        header = read_header(path)
        size = path.stat().st_size
    except OSError as fault:
        raise ValueError(f"{path.parent.name}/{path.name}: {fault.strerror}") from fault
    except ValueError as fault:
        raise ValueError(f"{path.parent.name}/{path.name}: no safetensors file") from fault
    if size != header.bytes:
        raise ValueError(f"{path.parent.name}/{path.name}: {size} of {header.bytes} bytes")
    return header

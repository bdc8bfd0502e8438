"""Reading a GGUF file's header without its weights (and without torch or the gguf package).

Layout (ggml's specification, versions 2 and 3, little-endian): the letters GGUF, the version, how many
tensors and how many keys there are, the keys with their values, then each tensor's name, shape (innermost
first), type and place; after padding, the data.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oelala.models.safetensors_header import MOST_TENSORS, Readable, Tensor

MAGIC = b"GGUF"
# A language model's vocabulary lies in its keys; video models have few.
LARGEST_HEADER = 64_000_000
_MOST_KEYS = 10_000
_LONGEST_STRING = 1_000_000
_MOST_DIMENSIONS = 8
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
# ggml type -> (name, numbers in a block, bytes of a block)
_TYPES = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 36),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    20: ("IQ4_NL", 32, 18),
    23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    30: ("BF16", 1, 2),
}
UNQUANTISED = frozenset({"F32", "F16", "BF16"})


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """`bytes`: how long a complete file is at least. `metadata`: the keys with one value each."""

    parameters: int
    bytes: int
    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, Any]


def read_gguf(path: Path) -> GgufHeader:
    """Raises ValueError with a short reason for what is no GGUF file, OSError for what cannot be read."""
    with path.open("rb") as file:
        return parse_gguf(file)


def parse_gguf(file: Readable) -> GgufHeader:
    """As `read_gguf`, from the beginning of an open file; reads no further than the header."""
    reader = _Reader(file)
    if reader.take(4) != MAGIC:
        raise ValueError("no GGUF file")
    version, tensors, keys = reader.number("I"), reader.number("Q"), reader.number("Q")
    if version not in (2, 3):
        raise ValueError(f"GGUF version {version}")
    if tensors > MOST_TENSORS or keys > _MOST_KEYS:
        raise ValueError(f"{tensors} tensors, {keys} keys")
    metadata = {}
    for _ in range(keys):
        name, value = reader.string(), reader.value(reader.number("I"))
        if value is not None:
            metadata[name] = value
    found, end = _tensors(reader, tensors)
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 1 <= alignment <= 2**20:
        raise ValueError("alignment")
    start = -(-reader.position // alignment) * alignment
    return GgufHeader(sum(t.parameters for t in found.values()), start + end, found, metadata)


def _tensors(reader: _Reader, count: int) -> tuple[dict[str, Tensor], int]:
    found: dict[str, Tensor] = {}
    end = 0
    for _ in range(count):
        name, dimensions = reader.string(), reader.number("I")
        if dimensions > _MOST_DIMENSIONS:
            raise ValueError(f"{dimensions} dimensions")
        shape = tuple(reader.number("Q") for _ in range(dimensions))
        kind, offset = reader.number("I"), reader.number("Q")
        if kind not in _TYPES:
            raise ValueError(f"number format {kind}")
        dtype, block, size = _TYPES[kind]
        numbers = math.prod(shape)
        if numbers % block:
            raise ValueError(f"{name[:80]}: {numbers} numbers")
        found[name] = Tensor(dtype, shape[::-1])
        end = max(end, offset + numbers // block * size)
    return found, end


class _Reader:
    """Takes bytes in order, never more than a header can have."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self.position = 0

    def take(self, count: int) -> bytes:
        if self.position + count > LARGEST_HEADER:
            raise ValueError("the header is too long")
        taken = self._file.read(count)
        if len(taken) < count:
            raise ValueError("the header ends too soon")
        self.position += count
        return taken

    def number(self, kind: str) -> Any:
        return struct.unpack(f"<{kind}", self.take(struct.calcsize(f"<{kind}")))[0]

    def string(self) -> str:
        length = self.number("Q")
        if length > _LONGEST_STRING:
            raise ValueError("a text is too long")
        return self.take(length).decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        """None for an array, which is only passed over."""
        if kind in _SCALARS:
            return self.number(_SCALARS[kind])
        if kind == _STRING:
            return self.string()
        if kind != _ARRAY:
            raise ValueError(f"value of kind {kind}")
        of, count = self.number("I"), self.number("Q")
        if of in _SCALARS:
            self.take(min(count, LARGEST_HEADER) * struct.calcsize(f"<{_SCALARS[of]}"))
        elif of == _STRING:
            for _ in range(count):  # ends by itself: every text takes 8 bytes or more of a bounded header
                self.string()
        else:
            raise ValueError("an array of arrays")
        return None

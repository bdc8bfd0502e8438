"""Reading a safetensors file's header without its weights (and without torch).

Layout (the format's own specification): 8 bytes little-endian header length, a JSON header, then the data.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LARGEST_HEADER = 100_000_000


@dataclass(frozen=True, slots=True)
class SafetensorsHeader:
    """`parameters`: how many numbers the file holds; `bytes`: how long a complete file is."""

    parameters: int
    bytes: int


def read_header(path: Path) -> SafetensorsHeader:
    """Raises ValueError for what is no safetensors file, OSError for what cannot be read."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= _LARGEST_HEADER:
            raise ValueError("no safetensors header")
        entries: dict[str, Any] = json.loads(file.read(length))
    try:
        tensors = [entry for name, entry in entries.items() if name != "__metadata__"]
        parameters = sum(math.prod(entry["shape"]) for entry in tensors)
        end = max((entry["data_offsets"][1] for entry in tensors), default=0)
    except (KeyError, TypeError, AttributeError, IndexError) as fault:
        raise ValueError("no safetensors header") from fault
    return SafetensorsHeader(parameters, 8 + length + end)


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

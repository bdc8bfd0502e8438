"""What goes over the pipe between the studio and a detector's process."""

from __future__ import annotations

import struct
from dataclasses import dataclass

REQUEST = struct.Struct("<IIIB")  # height, width, milliseconds since the clip's start, 1: first of a clip
READY = b"r"


@dataclass(frozen=True, slots=True)
class Picture:
    """`pixels`: RGB, height × width × 3 bytes. `first`: nothing before it belongs to the same clip."""

    pixels: bytes
    height: int
    width: int
    milliseconds: int
    first: bool

"""What whole films take: those that a clip is made after, and a clip that is gathered before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oelala.models.planning.size import ClipSize

if TYPE_CHECKING:
    from oelala.models.catalog.row import Row

BYTES, FLOATS = 3, 12  # a pixel of a frame as the file has it, and as the model sees it, in 32 bits
# Turning drawn frames to tensors, for each pixel: three times in 32 bits while they are scaled to -1 … 1, and
# once more as bytes.
_TURNING = 3 * FLOATS + BYTES
_FACE = 512 * 512  # pixels of Animate's film of the face
_BEHIND = FLOATS + 4  # of Animate's film to replace somebody in, and of the mask


@dataclass(frozen=True, slots=True)
class Films:
    """Bytes: `held` on the device while everything else happens, `ram` in main memory at the most."""

    held: int = 0
    ram: int = 0


def films_of(row: Row, size: ClipSize, values: Mapping[str, Any]) -> Films:
    """Of a clip that follows a motion, which is measured at the end, so that all frames are kept until then;
    of one between given frames; or of one that is joined to the one before it."""
    whole = size.pixels * size.frames
    if in_segments(row):
        return _animate(size, replaces=values.get("mode") == "replace")
    # VACE is shown a film of the clip's length, even one that is empty but for its ends
    shown = bool(values.get("motion")) or "WanVACEPipeline" in row.pipelines.values()
    drawn = (BYTES + _TURNING) * whole if shown else 0
    # what was made, and what joining makes of it
    joined = 2 * BYTES * whole if values.get("extend") else 0
    return Films(ram=drawn + joined)


def in_segments(row: Row) -> bool:
    """Whether a pipeline keeps its finished frames on the device until the last segment is there."""
    return row.compute is not None and row.compute.segment > 0


def _animate(size: ClipSize, *, replaces: bool) -> Films:
    """The pose and the face are on the device whole, and so is every segment that is finished."""
    whole, finished = size.pixels * size.frames, size.pixels * (size.frames - size.at_once)
    behind = _BEHIND * whole if replaces else 0
    held = FLOATS * (whole + _FACE * size.frames + finished) + behind
    drawn = BYTES * (whole + _FACE * size.frames) + (4 * whole if replaces else 0)
    return Films(held, drawn + _TURNING * whole)

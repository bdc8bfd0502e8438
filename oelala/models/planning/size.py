"""How large one clip is, in pixels, frames, steps and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from oelala.models.catalog.row import Row

# What a forward pass takes one after the other: frames in its wide layers, and with "branches" those of
# guidance as well.
Slicing = Literal["none", "feed-forward", "branches"]


@dataclass(frozen=True, slots=True)
class ClipSize:
    """`pixels`: of a frame. A long clip may be made in `segments` of `at_once` frames, each in `steps` steps.

    `tokens`: of one pass over one segment, 0 where nobody has counted. `passes`: forward passes of a step;
    `batch`: what goes through the model together in one of them.
    """

    pixels: int
    frames: int
    at_once: int
    segments: int
    steps: int
    passes: int
    batch: int
    tokens: int


def clip_size(row: Row, values: Mapping[str, Any]) -> ClipSize:
    """`values`: of a resolved task; what is missing or None is taken from the row."""
    native = row.sizes.native[0]
    width, height = int(values.get("width") or native[0]), int(values.get("height") or native[1])
    frames = int(values.get("num_frames") or row.native_num_frames)
    segment = row.compute.segment if row.compute is not None else 0
    at_once = min(frames, segment or frames)
    return ClipSize(
        pixels=width * height,
        frames=frames,
        at_once=at_once,
        # each begins with the last frame of the one before
        segments=max(1, -(-(frames - 1) // max(1, at_once - 1))),
        steps=int(values.get("num_inference_steps") or 1),
        passes=2 if (values.get("guidance_scale") or 1.0) > 1.0 else 1,
        batch=2 if (values.get("max_guidance_scale") or 1.0) > 1.0 else 1,
        tokens=_tokens(row, width, height, at_once),
    )


def _tokens(row: Row, width: int, height: int, frames: int) -> int:
    if row.compute is None:
        return 0
    cell = row.compute.spatial * row.compute.patch
    latent_frames = (frames - 1) // row.compute.temporal + 1 + row.compute.extra_frames
    return -(-width // cell) * -(-height // cell) * latent_frames

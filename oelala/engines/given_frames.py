"""Clips of which some frames are given, as diffusers' WanVACEPipeline takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import Image

PIPELINE = "WanVACEPipeline"
# What VACE was trained to see where nothing is given.
_GREY = (128, 128, 128)
_KEPT, _MADE = 0, 255


def given_frames(num_frames: int, given: Mapping[int, Image.Image]) -> dict[str, Any]:
    """`video` and `mask` of the pipeline: the pictures in their places, counted from 0, grey between them.

    All of `given` (at least one, in RGB) are of the clip's size. Raises ValueError for a place outside it.
    """
    if not all(0 <= place < num_frames for place in given):
        raise ValueError(f"{sorted(given)} in {num_frames} frames")
    size = next(iter(given.values())).size
    grey = Image.new("RGB", size, _GREY)
    kept, made = Image.new("L", size, _KEPT), Image.new("L", size, _MADE)
    places = range(num_frames)
    return {
        "video": [given.get(place, grey) for place in places],
        "mask": [kept if place in given else made for place in places],
    }

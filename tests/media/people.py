"""Pictures with people in them, for the tests of the detectors: photographs and Mini's own renders."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from oelala.settings import PROJECT

PHOTOGRAPHS = PROJECT.parent / "shared" / "data" / "people"
needs_photographs = pytest.mark.skipif(
    not PHOTOGRAPHS.is_dir(), reason="the photographs of people are not beside this checkout"
)


@cache
def photographs() -> tuple[NDArray[np.uint8], ...]:
    """One person in each."""
    paths = sorted(PHOTOGRAPHS.glob("*.jpg"))
    return tuple(np.array(Image.open(path).convert("RGB")) for path in paths)


@cache
def rendered(shot: str, seed: int = 3) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Somebody standing in front of a wall, seen from the front: the frame (256, 256, 3) and the true joints
    (18, 2) in 0..1."""
    from oelala.mini.world.render import render_clips
    from oelala.mini.world.seeds import random_clip

    clip = random_clip(seed)
    scene = replace(clip.scene, shot=shot, view="front", yaw=0.0, turn=0.0, place="wall", light="neutral")
    clip = replace(clip, scene=scene, motion=replace(clip.motion, action="standing"))
    result = render_clips([clip], 1, samples=1)
    frame = result.frames[0, 0].clamp(0, 1).mul(255).byte().permute(1, 2, 0).numpy()
    return np.ascontiguousarray(frame), result.truth.joints[0, 0].numpy()

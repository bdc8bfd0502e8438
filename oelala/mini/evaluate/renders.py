"""Plain renders of clips on the processor, whole or only the frames that are looked at."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from oelala.mini.evaluate.sampler import Frames, to_bytes
from oelala.mini.world.pack import pack
from oelala.mini.world.render import PLAIN
from oelala.mini.world.spec import ClipSpec
from oelala.mini.world.stage import build_stage
from oelala.mini.world.tiles import render_frames

_SAMPLES = 2


@torch.no_grad()
def render(spec: ClipSpec, num_frames: int, frames: Sequence[int] | None = None) -> Frames:
    """A clip of so many frames, uint8 (T, 256, 256, 3); of it only `frames`, where they are named."""
    stage = build_stage(pack([spec], num_frames, "cpu"))
    if frames is not None:
        stage = stage.at(torch.tensor(frames))
    return to_bytes(render_frames(stage, PLAIN, _SAMPLES))

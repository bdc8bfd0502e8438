"""A pool of rendered clips on the training device, refreshed while training, and random crops of it."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from loguru import logger
from numpy.typing import NDArray
from torch import Tensor

from oelala.mini.recipe.traits import TRAITS, traits_of
from oelala.mini.world.render import PLAIN, render_clips
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.spec import ClipSpec
from oelala.mini.world.stage import SIZE
from oelala.mini.world.table import Table, table_of
from oelala.mini.world.tiles import Shaders
from oelala.mini.world.truth import Truth

# Of crops, the share that lies anywhere; of the others, that around a face: the smallest of all that counts.
_ANYWHERE, _AT_FACE = 0.2, 0.65


def best_shaders(device: torch.device) -> Shaders:
    """On a GPU the ray maths fused by the compiler for its one shape; where that fails, the plain way."""
    if device.type != "cuda":
        return PLAIN
    start = time.monotonic()
    fused = Shaders(torch.compile(PLAIN.people, dynamic=False), torch.compile(PLAIN.backdrop, dynamic=False))
    try:
        for seed in (1, 2):
            render_clips([random_clip(seed)], 33, device=device, shaders=fused)
        torch.cuda.synchronize()
    except Exception as exc:  # noqa: BLE001 - whatever the compiler's fault, the plain way works
        logger.warning("renderer not compiled: {}", str(exc)[:600])
        return PLAIN
    logger.info("renderer compiled in {:.1f} s", time.monotonic() - start)
    return fused


@torch.no_grad()
def render_bytes(
    clips: list[ClipSpec] | Table, num_frames: int, device: torch.device, shaders: Shaders = PLAIN
) -> tuple[Tensor, Truth]:
    """Clips as uint8 (B, T, 3, 256, 256), and where their joints are."""
    made = render_clips(clips, num_frames, device=device, shaders=shaders)
    return (made.frames.clamp_(0, 1) * 255).round_().byte(), made.truth


@dataclass(frozen=True)
class Crops:
    """`clips` (B, 3, T, crop, crop) in -1..1; of each its joints (B, T, 18, 2) in pixels of the crop, whether
    they show (B, T, 18), and its person's traits (B, TRAITS).
    """

    clips: Tensor
    joints: Tensor
    visible: Tensor
    traits: Tensor


@dataclass
class PoolSize:
    """How many clips the pool holds and starts with, and which share of the time it may spend on new ones."""

    clips: int = 1200
    first: int = 192
    num_frames: int = 33
    share: float = 0.10
    together: int = 32


class Pool:
    """Clips in device memory. Seeds only grow, so no clip is rendered twice in one run."""

    def __init__(
        self, size: PoolSize, device: torch.device, first_seed: int, shaders: Shaders = PLAIN
    ) -> None:
        self.size, self.device, self.next_seed, self.shaders = size, device, first_seed, shaders
        self.frames = torch.empty(0, device=device)
        # On the processor, where corners are chosen.
        self.joints = torch.empty(0)
        self.visible = torch.empty(0)
        self.traits = torch.empty(size.clips, TRAITS)
        self.filled, self.cursor = 0, 0
        self.rng = np.random.default_rng(first_seed)
        self.spent, self.started = 0.0, time.monotonic()
        while self.filled < min(size.first, size.clips):
            self.add(size.together)
        logger.info("pool: {} clips in {:.1f} s", self.filled, self.spent)
        self.spent, self.started = 0.0, time.monotonic()

    def add(self, count: int) -> None:
        """Render `count` new clips over the oldest ones."""
        self._wait()
        start = time.monotonic()
        seeds = list(range(self.next_seed, self.next_seed + count))
        self.next_seed += count
        specs = [random_clip(seed) for seed in seeds]
        table = table_of(specs)
        frames, truth = render_bytes(table, self.size.num_frames, self.device, self.shaders)
        joints, visible = truth.joints.cpu(), truth.visible.cpu()
        if self.filled == 0:
            self.frames = frames.new_empty(self.size.clips, *frames.shape[1:])
            self.joints = joints.new_empty(self.size.clips, *joints.shape[1:])
            self.visible = visible.new_empty(self.size.clips, *visible.shape[1:])
        traits = torch.from_numpy(traits_of(table))
        for row, clip in enumerate(frames):
            self.frames[self.cursor], self.joints[self.cursor] = clip, joints[row]
            self.visible[self.cursor], self.traits[self.cursor] = visible[row], traits[row]
            self.cursor = (self.cursor + 1) % self.size.clips
            self.filled = min(self.filled + 1, self.size.clips)
        self._wait()
        self.spent += time.monotonic() - start

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def refresh(self) -> None:
        """Add clips while the share of time allows; more while the pool is not yet full."""
        share = self.size.share * (2 if self.filled < self.size.clips else 1)
        if self.spent < share * (time.monotonic() - self.started):
            self.add(self.size.together)

    def crops(self, batch: int, num_frames: int, crop: int) -> Crops:
        """Random ones, most of them around a joint, often the face."""
        clip = self.rng.integers(self.filled, size=batch)
        start = self.rng.integers(self.size.num_frames - num_frames + 1, size=batch)
        corner = self._corners(clip, start + num_frames // 2, crop)
        when = torch.from_numpy(start[:, None] + np.arange(num_frames))
        row = torch.from_numpy(clip)
        joints = self.joints[row[:, None], when] * SIZE - torch.from_numpy(corner).float()[:, None, None]
        known = joints, self.visible[row[:, None], when], self.traits[row]
        return Crops(self._cut(clip, when, corner, crop), *(each.to(self.device) for each in known))

    def _cut(self, clip: NDArray[np.int64], when: Tensor, corner: NDArray[np.int64], crop: int) -> Tensor:
        """All crops in one gather: (B, 3, T, crop, crop)."""
        axis = np.arange(crop)
        places = [torch.from_numpy(corner[:, k : k + 1] + axis) for k in (1, 0)]
        index = [each.to(self.device) for each in (torch.from_numpy(clip), when, *places)]
        rows = index[0].view(-1, 1, 1, 1, 1), index[1].view(len(clip), 1, -1, 1, 1)
        colours = torch.arange(3, device=self.device).view(1, 3, 1, 1, 1)
        y, x = index[2].view(len(clip), 1, 1, -1, 1), index[3].view(len(clip), 1, 1, 1, -1)
        return self.frames[rows[0], rows[1], colours, y, x].float() / 127.5 - 1

    def _corners(self, clip: NDArray[np.int64], frame: NDArray[np.int64], crop: int) -> NDArray[np.int64]:
        """Left and top (B, 2) of the crops."""
        room, count = SIZE - crop, len(clip)
        anywhere = self.rng.integers(room + 1, size=(count, 2))
        joint = np.where(self.rng.random(count) < _AT_FACE, 0, self.rng.integers(18, size=count))
        middle = self.joints.numpy()[clip, frame, joint] * SIZE + self.rng.normal(0, crop / 5, (count, 2))
        around = np.clip(np.nan_to_num(middle) - crop / 2, 0, room).astype(np.int64)
        return np.where(self.rng.random((count, 1)) < _ANYWHERE, anywhere, around)

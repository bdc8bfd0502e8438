"""Joint tracks of renders, to teach the judge of actions: MediaPipe's own of some, the world's of many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from loguru import logger
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from oelala.media.pose import BodyFinder
from oelala.mini.evaluate.prompts import full_body
from oelala.mini.world.pack import pack
from oelala.mini.world.render import render_clips
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.spec import ClipSpec
from oelala.mini.world.stage import build_stage, project
from oelala.mini.world.truth import joints_3d
from oelala.mini.world.vocabulary import ACTIONS

NUM_FRAMES = 33
TRAINING_SEED, HELD_OUT_SEED = 1_600_000_000, 1_700_000_000
_SHARD = 4
Tracks = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """`tracks` (N, 33, 18, 3): x, y in 0..1 of the frame and a confidence; `actions` (N,) by number."""

    tracks: Tracks
    actions: NDArray[np.int64]


def clip_of(number: int, *, held_out: bool) -> ClipSpec:
    """A full body doing the number's action; held-out ones are people whom training never shows."""
    spec = full_body(random_clip((HELD_OUT_SEED if held_out else TRAINING_SEED) + number, held_out=held_out))
    return replace(spec, motion=replace(spec.motion, action=ACTIONS[number % len(ACTIONS)]))


def true_tracks(first: int, count: int) -> Labelled:
    """The world's own joints, without rendering anything: `count` training clips from number `first` on."""
    numbers = np.arange(first, first + count)
    people = pack([clip_of(int(number), held_out=False) for number in numbers], NUM_FRAMES, "cpu")
    with torch.no_grad():
        flat = project(joints_3d(people), build_stage(people).camera).unflatten(0, (-1, NUM_FRAMES)).numpy()
    return Labelled(np.concatenate([flat, np.ones_like(flat[..., :1])], -1), numbers % len(ACTIONS))


def seen_tracks(folder: Path, count: int, *, held_out: bool) -> Labelled:
    """MediaPipe's joints on renders of the first `count` clips, kept in `folder` from one run to the next."""
    folder.mkdir(parents=True, exist_ok=True)
    kind = "held_out" if held_out else "training"
    parts: list[Tracks] = []
    with BodyFinder() as finder:
        for first in range(0, count, _SHARD):
            path = folder / f"{kind}-{first:05d}.safetensors"
            if not path.exists():
                save_file({"tracks": _look(finder, first, held_out)}, path)
                logger.info("{} of {} tracks ({})", first + _SHARD, count, kind)
            parts.append(load_file(path)["tracks"])
    tracks = np.concatenate(parts)[:count]
    return Labelled(tracks, np.arange(len(tracks)) % len(ACTIONS))


def _look(finder: BodyFinder, first: int, held_out: bool) -> Tracks:
    clips = [clip_of(first + k, held_out=held_out) for k in range(_SHARD)]
    tracks = []
    for clip in clips:
        frames = render_clips([clip], NUM_FRAMES, samples=2 if held_out else 1).frames[0]
        pixels = (frames.permute(0, 2, 3, 1).numpy() * 255).round().astype(np.uint8)
        tracks.append(finder.track(list(pixels)).to_coco18())
    return np.ascontiguousarray(np.stack(tracks))  # safetensors writes the memory as it lies

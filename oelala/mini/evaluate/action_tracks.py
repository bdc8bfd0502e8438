"""Joint tracks to teach the judge of actions: the world's of many clips; MediaPipe's of some renders, and of
the VAE's copies of some, whose faces are smudges like those of Mini's clips.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKLWan
from loguru import logger
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from torch import Tensor

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
Copy = Callable[[Tensor], Tensor]  # of frames (T, 3, H, W) in 0..1


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


def copied_by(model: Path) -> Copy:
    """Through the VAE of a model's folder, which is loaded for the first clip."""

    @cache
    def vae() -> AutoencoderKLWan:
        return AutoencoderKLWan.from_pretrained(model, subfolder="vae", torch_dtype=torch.float32).eval()

    @torch.no_grad()
    def copy(frames: Tensor) -> Tensor:
        latents = vae().encode(frames.transpose(0, 1).unsqueeze(0) * 2 - 1).latent_dist.mode()
        made: Tensor = vae().decode(latents, return_dict=False)[0][0]
        return (made.clamp(-1, 1).transpose(0, 1) + 1) / 2

    return copy


def seen_tracks(folder: Path, count: int, *, held_out: bool, copy: Copy | None = None) -> Labelled:
    """MediaPipe's joints on renders of the first `count` clips, or on their copies; kept in `folder` from one
    run to the next."""
    folder.mkdir(parents=True, exist_ok=True)
    kind = "copies" if copy is not None else "held_out" if held_out else "training"
    parts: list[Tracks] = []
    with BodyFinder() as finder:
        for first in range(0, count, _SHARD):
            path = folder / f"{kind}-{first:05d}.safetensors"
            if not path.exists():
                save_file({"tracks": _look(finder, first, held_out, copy)}, path)
                logger.info("{} of {} tracks ({})", first + _SHARD, count, kind)
            parts.append(load_file(path)["tracks"])
    tracks = np.concatenate(parts)[:count]
    return Labelled(tracks, np.arange(len(tracks)) % len(ACTIONS))


def _look(finder: BodyFinder, first: int, held_out: bool, copy: Copy | None) -> Tracks:
    clips = [clip_of(first + k, held_out=held_out) for k in range(_SHARD)]
    tracks = []
    for clip in clips:
        frames = render_clips([clip], NUM_FRAMES, samples=2 if held_out else 1).frames[0]
        frames = frames if copy is None else copy(frames)
        pixels = (frames.permute(0, 2, 3, 1).numpy() * 255).round().astype(np.uint8)
        tracks.append(finder.track(list(pixels)).to_coco18())
    return np.ascontiguousarray(np.stack(tracks))  # safetensors writes the memory as it lies

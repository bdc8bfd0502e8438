"""Latents of the prompts' clips, in shards, on a machine with a GPU; `--latents` has them judged elsewhere.

Needs torch, diffusers, transformers, accelerate and OpenCV, no detectors. Noise and pictures are made on the
processor, so the clips are those that the judging machine would have made, up to rounding. It goes on after
the shards that are there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from oelala.mini.evaluate.latents import KINDS, Kind, LatentStore, ShardWriter, key_of
from oelala.mini.evaluate.options import Options
from oelala.mini.evaluate.pose_clips import pose_request
from oelala.mini.evaluate.prompts import held_out_prompts, noise_seed, picture_prompts, pose_prompts
from oelala.mini.evaluate.renders import render
from oelala.mini.evaluate.sampler import PictureRequest, Sampler

Say = Callable[[str], None]
Numbers = Sequence[tuple[int, int]]  # of a prompt, and which of its clips


@dataclass(frozen=True, slots=True)
class Wanted:
    """Clips of one kind: `make` answers the latents (B, 48, T, h, w) of some of `numbers`."""

    kind: Kind
    sampling: dict[str, Any]
    numbers: Numbers
    make: Callable[[Numbers], Tensor]


def generate(
    options: Options, batch: int, kinds: Sequence[str] = KINDS, device: str | None = None, say: Say = print
) -> list[Path]:
    """Write `text-000.safetensors` … to `out`, at most 15 MB each; answers them. Stops after `minutes`,
    with what there is; poses are left out where there is no pose transformer.
    """
    sampler = Sampler(options, device or ("cuda" if torch.cuda.is_available() else "cpu"))
    until = time.monotonic() + 60 * options.minutes
    for kind in KINDS:
        if kind in kinds and (kind != "pose" or options.pose.is_dir()):
            started = time.monotonic()
            count = _write(options, _WANTED[kind](sampler), batch, until)
            say(f"{count} of {kind} in {time.monotonic() - started:.0f} s")
    return sorted(options.out.glob("*.safetensors"))


def _write(options: Options, wanted: Wanted, batch: int, until: float) -> int:
    there = LatentStore(options.out, wanted.sampling, kinds=(wanted.kind,))
    missing = [one for one in wanted.numbers if key_of(wanted.kind, *one) not in there]
    count = 0
    with ShardWriter(options.out, wanted.kind, wanted.sampling) as writer:
        while missing[count:] and time.monotonic() < until:
            some = missing[count : count + batch]
            for one, made in zip(some, wanted.make(some), strict=True):
                writer.add(key_of(wanted.kind, *one), made)
            count += len(some)
    return count


def text_wanted(sampler: Sampler) -> Wanted:
    """Seed by seed: what is there after half of the time is the first seed of every prompt."""
    options = sampler.options
    prompts = held_out_prompts(options.prompts)
    numbers = [(number, seed) for seed in range(options.seeds) for number in range(len(prompts))]

    def make(some: Numbers) -> Tensor:
        return sampler.from_text([prompts[number].text for number, _ in some], _seeds(some))

    return Wanted("text", options.sampling, numbers, make)


def image_wanted(sampler: Sampler) -> Wanted:
    """A clip for every picture."""
    options = sampler.options
    prompts = picture_prompts(options.clips)

    def make(some: Numbers) -> Tensor:
        chosen = [prompts[number] for number, _ in some]
        asked = [PictureRequest(render(one.spec, options.num_frames, [0])[0], one.text) for one in chosen]
        return sampler.from_pictures(asked, _seeds(some))

    return Wanted("image", options.sampling, [(number, 0) for number in range(len(prompts))], make)


def pose_wanted(sampler: Sampler) -> Wanted:
    """A clip for every motion."""
    options = sampler.options
    prompts = pose_prompts(options.clips)

    def make(some: Numbers) -> Tensor:
        asked = [pose_request(options, prompts[number]) for number, _ in some]
        return sampler.from_poses(asked, _seeds(some))

    return Wanted("pose", options.pose_sampling, [(n, 0) for n in range(len(prompts))], make)


def _seeds(some: Numbers) -> list[int]:
    return [noise_seed(*one) for one in some]


_WANTED: dict[Kind, Callable[[Sampler], Wanted]] = {
    "text": text_wanted,
    "image": image_wanted,
    "pose": pose_wanted,
}

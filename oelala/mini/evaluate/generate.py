"""Latents of the prompts' clips, in shards, on a machine with a GPU; `--latents` has them judged elsewhere.

Needs torch, diffusers and transformers, no detectors. Noise and pictures are made on the processor, so the
clips are those that the judging machine would have made, up to rounding.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import torch

from oelala.mini.evaluate.latents import ShardWriter, key_of
from oelala.mini.evaluate.options import Options
from oelala.mini.evaluate.prompts import held_out_prompts, noise_seed, picture_prompts
from oelala.mini.evaluate.sampler import Sampler, to_bytes
from oelala.mini.world.render import render_clips

Say = Callable[[str], None]


def generate(options: Options, batch: int, device: str | None = None, say: Say = print) -> list[Path]:
    """Write `text-….safetensors` and `image-….safetensors` to `out`, at most 15 MB each; answers them."""
    sampler = Sampler(options, device or ("cuda" if torch.cuda.is_available() else "cpu"))
    started = time.monotonic()
    _text(sampler, batch, say)
    say(f"text after {time.monotonic() - started:.0f} s")
    _image(sampler)
    say(f"all after {time.monotonic() - started:.0f} s")
    return sorted(options.out.glob("*.safetensors"))


def _text(sampler: Sampler, batch: int, say: Say) -> None:
    options = sampler.options
    writer = ShardWriter(options.out, "text", options.sampling)
    prompts = held_out_prompts(options.prompts)
    # seed by seed: what is there after half of the time is the first seed of every prompt
    wanted = [(number, seed) for seed in range(options.seeds) for number in range(len(prompts))]
    for first in range(0, len(wanted), batch):
        some = wanted[first : first + batch]
        texts = [prompts[number].text for number, _ in some]
        latents = sampler.from_text(texts, [noise_seed(*one) for one in some])
        for one, made in zip(some, latents, strict=True):
            writer.add(key_of("text", *one), made)
        say(f"text {some[-1]}")
    writer.flush()


def _image(sampler: Sampler) -> None:
    options = sampler.options
    writer = ShardWriter(options.out, "image", options.sampling)
    for number, prompt in enumerate(picture_prompts(options.clips)):
        picture = to_bytes(render_clips([prompt.spec], 1).frames[0])[0]
        writer.add(
            key_of("image", number), sampler.from_picture(picture, prompt.text, noise_seed(number, 0))[0]
        )
    writer.flush()

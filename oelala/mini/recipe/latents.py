"""Stage 2: latents of clips and stills with the frozen VAE, their statistics, captions, the tokenizer."""

import json
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from loguru import logger
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from oelala.mini.captions import caption
from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.clips import best_shader, render_bytes
from oelala.mini.recipe.vae import CHECKPOINT as VAE_CHECKPOINT
from oelala.mini.recipe.vae import fastest_norm
from oelala.mini.recipe.whole_clip import WholeClip
from oelala.mini.tokenizer import MAX_SEQUENCE_LENGTH, train_tokenizer
from oelala.mini.topology import NUM_FRAMES, Z_DIM, build_vae
from oelala.mini.world.spec import random_clip

FIRST_CLIP, FIRST_STILL = 100_000_000, 300_000_000
CAPTIONS_PER_CLIP = 16
STATISTICS = "latents.json"


@dataclass(frozen=True)
class LatentSettings:
    """At most `clips` clips and ten times as many stills within `minutes`; `part` moves the seeds on."""

    folder: Path
    minutes: float
    clips: int
    device: torch.device
    tiny: bool = False
    part: int = 0

    @property
    def stills(self) -> int:
        """How many stills at most."""
        return self.clips * 10


def captions_of(seeds: list[int]) -> list[str]:
    """Sixteen captions of every clip, in the order of `seeds`."""
    made = []
    for seed in seeds:
        spec, rng = random_clip(seed), np.random.default_rng([seed, 11])
        made += [caption(spec, rng) for _ in range(CAPTIONS_PER_CLIP)]
    return made


def _all_captions(seeds: list[int]) -> list[str]:
    parts = [seeds[i : i + 250] for i in range(0, len(seeds), 250)]
    context = multiprocessing.get_context("fork")
    if len(parts) < 3:
        return captions_of(seeds)
    with ProcessPoolExecutor(min(14, multiprocessing.cpu_count()), mp_context=context) as pool:
        return [text for part in pool.map(captions_of, parts) for text in part]


class Moments:
    """Sums for mean and deviation of the latents, and for the linear map from latents to colours."""

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self.square = torch.zeros(Z_DIM + 1, Z_DIM + 1, dtype=torch.float64, device=device)
        self.cross = torch.zeros(Z_DIM + 1, 3, dtype=torch.float64, device=device)

    def sums(self) -> dict[str, Tensor]:
        """What `load_sums` adds again."""
        return {"square": self.square.cpu(), "cross": self.cross.cpu()}

    def load_sums(self, found: dict[str, Tensor]) -> None:
        """Add the sums of another part."""
        self.square += found["square"]
        self.cross += found["cross"]

    def add(self, latents: Tensor, frames: Tensor) -> None:
        """Latents (B, 48, k+1, 16, 16) and their frames (B, 3, 4k+1, 256, 256) in -1..1."""
        side = latents.shape[-1]
        first = F.adaptive_avg_pool3d(frames[:, :, :1].float(), (1, side, side))
        small = first
        if frames.shape[2] > 1:
            later = F.adaptive_avg_pool3d(frames[:, :, 1:].float(), (latents.shape[2] - 1, side, side))
            small = torch.cat([first, later], 2)
        z = latents.permute(0, 2, 3, 4, 1).reshape(-1, Z_DIM).double()
        z = torch.cat([z, torch.ones_like(z[:, :1])], 1)
        colour = (small.permute(0, 2, 3, 4, 1).reshape(-1, 3).double() + 1) / 2
        self.square += z.T @ z
        self.cross += z.T @ colour

    def result(self) -> dict[str, Any]:
        """Mean and deviation by channel, and factors from normalised latents to colours 0..1."""
        square, cross = self.square.cpu(), self.cross.cpu()
        count = square[-1, -1]
        mean = square[-1, :-1] / count
        std = (square.diagonal()[:-1] / count - mean**2).clamp_min(1e-8).sqrt()
        ridge = 1e-4 * count * torch.eye(Z_DIM + 1, dtype=torch.float64)
        ridge[-1, -1] = 0
        solved = torch.linalg.solve(square + ridge, cross)
        factors = solved[:-1] * std.unsqueeze(1)
        bias = solved[-1] + (solved[:-1] * mean.unsqueeze(1)).sum(0)
        return {
            "latents_mean": mean.tolist(),
            "latents_std": std.tolist(),
            "latent_rgb_factors": factors.tolist(),
            "latent_rgb_bias": bias.tolist(),
        }


class _Encoder:
    def __init__(self, settings: LatentSettings) -> None:
        found = checkpoint.load(settings.folder / VAE_CHECKPOINT)
        if found is None:
            raise FileNotFoundError(f"no VAE in {settings.folder}: run the stage `vae` first")
        vae = build_vae(tiny=settings.tiny)
        vae.load_state_dict({name: value.float() for name, value in found[0].items()})
        self.device = settings.device
        self.whole = WholeClip(vae.to(settings.device).eval(), fastest_norm(settings.device))
        self.shader = best_shader(settings.device)
        self.moments = Moments(settings.device)

    @torch.no_grad()
    def encode(self, seeds: list[int], num_frames: int) -> Tensor:
        """bfloat16 latents of the clips of those seeds."""
        frames, _ = render_bytes([random_clip(s) for s in seeds], num_frames, self.device, self.shader)
        x = (frames.transpose(1, 2).float() / 127.5 - 1).contiguous()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            mean, _ = self.whole.encode(x)
        self.moments.add(mean, x)
        return mean.to(torch.bfloat16).contiguous()

    def many(self, first: int, limit: int, num_frames: int, together: int, until: float) -> Tensor:
        """Latents of seeds from `first` on, until the limit or the time."""
        made = [self.encode(list(range(first, first + together)), num_frames).cpu()]
        while sum(map(len, made)) < limit and time.monotonic() < until:
            start = first + sum(map(len, made))
            made.append(self.encode(list(range(start, start + together)), num_frames).cpu())
        return torch.cat(made)[:limit]


def make_latents(settings: LatentSettings) -> None:
    """Write this part's clips, stills and sums into the folder; several parts may run side by side."""
    start = time.monotonic()
    encoder = _Encoder(settings)
    ready = time.monotonic()
    span = settings.minutes * 60 - (ready - start)
    many = 2 if settings.tiny else 8
    num_frames = 5 if settings.tiny else NUM_FRAMES
    step = settings.part * 5_000_000
    clips = encoder.many(FIRST_CLIP + step, settings.clips, num_frames, many, ready + span * 0.74)
    logger.info("latents {}: {} clips in {:.0f} s", settings.part, len(clips), time.monotonic() - ready)
    again = time.monotonic()
    together = 8 if settings.tiny else 64
    stills = encoder.many(FIRST_STILL + step, settings.stills, 1, together, ready + span)
    logger.info("latents {}: {} stills in {:.0f} s", settings.part, len(stills), time.monotonic() - again)
    for name, latents, first in (("clips", clips, FIRST_CLIP + step), ("stills", stills, FIRST_STILL + step)):
        seeds = torch.arange(first, first + len(latents))
        save_file(
            {"latents": latents, "seeds": seeds}, settings.folder / f"{name}-{settings.part}.safetensors"
        )
    save_file(encoder.moments.sums(), settings.folder / f"moments-{settings.part}.safetensors")


def write_captions(folder: Path) -> None:
    """Train the tokenizer, write the captions of all latents as tokens, and the latents' statistics."""
    start = time.monotonic()
    moments = Moments()
    for path in sorted(folder.glob("moments-*.safetensors")):
        moments.load_sums(load_file(path))
    (folder / STATISTICS).write_text(json.dumps(moments.result()))
    parts = sorted([*folder.glob("clips-*.safetensors"), *folder.glob("stills-*.safetensors")])
    lines = {}
    for path in parts:
        with safe_open(path, framework="pt") as file:
            lines[path] = _all_captions(file.get_tensor("seeds").tolist())
    texts = [text for found in lines.values() for text in found[:: 3 + len(found) // 20_000]]
    tokenizer = train_tokenizer(texts)
    tokenizer.save_pretrained(folder / "tokenizer")
    for path, found in lines.items():
        ids = tokenizer(
            found, padding="max_length", max_length=MAX_SEQUENCE_LENGTH, truncation=True, return_tensors="np"
        ).input_ids
        tokens = torch.from_numpy(np.asarray(ids, dtype=np.int16)).unflatten(0, (-1, CAPTIONS_PER_CLIP))
        save_file({"tokens": tokens}, path.with_name(f"tokens-{path.name}"))
    logger.info("captions in {:.0f} s, vocabulary {}", time.monotonic() - start, len(tokenizer))

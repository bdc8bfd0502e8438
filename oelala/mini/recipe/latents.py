"""Stage 2: latents of clips and stills with the frozen VAE, captions as tokens, and their statistics."""

import faulthandler
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from loguru import logger
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.clips import render_bytes
from oelala.mini.recipe.farm import Farm, Made, captions_of
from oelala.mini.recipe.latent_set import Moments, seed_of, shards, write_statistics
from oelala.mini.recipe.team import SEEDS_EACH, Team
from oelala.mini.recipe.vae import CHECKPOINT as VAE_CHECKPOINT
from oelala.mini.recipe.whole_clip import WholeClip, lay_out
from oelala.mini.tokenizer import VOCAB_SIZE, train_tokenizer
from oelala.mini.topology import NUM_FRAMES, build_vae
from oelala.mini.world.render import PLAIN
from oelala.mini.world.tiles import Shaders

FIRST_SEED = {"clips": 100_000_000, "stills": 300_000_000}
# How many are rendered, and of those encoded, together.
RENDERED, ENCODED = {"clips": 64, "stills": 1024}, {"clips": 16, "stills": 512}
PER_SHARD = {"clips": 2048, "stills": 32_768}
_STUCK = 100.0


@dataclass(frozen=True)
class LatentSettings:
    """At most `limit` of a `kind` ("clips" or "stills") by each process, within `minutes`."""

    folder: Path
    minutes: float
    kind: str
    limit: int
    device: torch.device
    tiny: bool = False
    team: Team = field(default_factory=Team)

    @property
    def first_seed(self) -> int:
        """Where this process's seeds begin."""
        return FIRST_SEED[self.kind] + self.team.rank * SEEDS_EACH

    @property
    def num_frames(self) -> int:
        """Frames of each."""
        return 1 if self.kind == "stills" else (5 if self.tiny else NUM_FRAMES)


@dataclass(frozen=True)
class Tools:
    """What is compiled or started once and serves all stages."""

    farm: Farm
    shaders: Shaders = PLAIN


def tokenizer_of(folder: Path, *, tiny: bool = False) -> Path:
    """The folder's tokenizer.json, trained now if it has none: a trained text encoder knows only its own."""
    path = folder / "tokenizer" / "tokenizer.json"
    if not path.exists():
        count = 20 if tiny else 4000
        texts = [
            text
            for seed in range(FIRST_SEED["clips"], FIRST_SEED["clips"] + count)
            for text in captions_of(seed)
        ]
        train_tokenizer(texts, 300 if tiny else VOCAB_SIZE).save_pretrained(path.parent)
    return path


class LatentStage:
    """Adds shards to the folder; those of an older VAE are deleted first."""

    def __init__(self, settings: LatentSettings, tools: Tools) -> None:
        self.started = time.monotonic()
        self.settings, self.tools = settings, tools
        found = checkpoint.load(settings.folder / VAE_CHECKPOINT)
        if found is None:
            raise FileNotFoundError(f"no VAE in {settings.folder}: run the stage `vae` first")
        vae = build_vae(tiny=settings.tiny)
        vae.load_state_dict({name: value.float() for name, value in found[0].items()})
        self.vae_steps = found[1].steps
        vae = vae.to(settings.device).eval()
        lay_out(vae)
        # Not the compiled norm: without gradients it would be compiled again, for longer than it saves.
        self.whole = WholeClip(vae)
        self.done = self._keep_present()

    def _keep_present(self) -> int:
        """How many of the present VAE there are."""
        count = 0
        for path in shards(self.settings.kind, self.settings.folder):
            if not 0 <= seed_of(path) - self.settings.first_seed <= SEEDS_EACH:
                continue
            with safe_open(path, framework="pt") as file:
                if int(file.get_tensor("vae_steps")) == self.vae_steps:
                    count += file.get_slice("tokens").get_shape()[0]
                    continue
            path.unlink()
        return count

    def run(self) -> None:
        """Make latents until the limit or the time, then write the statistics over all."""
        settings, kind = self.settings, self.settings.kind
        if settings.team.first:
            tokenizer_of(settings.folder, tiny=settings.tiny)
        settings.team.wait()
        tokenizer = tokenizer_of(settings.folder, tiny=settings.tiny)
        together = 2 if settings.tiny else RENDERED[kind]
        until = self.started + settings.minutes * 60
        start, before = time.monotonic(), self.done
        # If it stands still, the log says where.
        faulthandler.dump_traceback_later(_STUCK)
        latents, made_up, batches = [], [], 0
        supply = self.tools.farm.clips(settings.first_seed + self.done, together, tokenizer)
        while self.done < settings.limit and (time.monotonic() < until or self.done == 0):
            made = next(supply)
            frames, _ = render_bytes(made.table, settings.num_frames, settings.device, self.tools.shaders)
            latents += [self._encode(part) for part in frames.split(ENCODED[kind])]
            made_up.append(made)
            self.done += len(frames)
            batches += 1
            if batches in (1, 2, 10):
                logger.info("{} {} after {:.1f} s", self.done - before, kind, time.monotonic() - start)
            if len(made_up) * together >= PER_SHARD[kind]:
                self._write(latents, made_up)
                latents, made_up = [], []
        supply.close()
        faulthandler.cancel_dump_traceback_later()
        if made_up:
            self._write(latents, made_up)
        settings.team.wait()
        if settings.team.first:
            write_statistics(settings.folder)
        settings.team.wait()
        took = time.monotonic() - start
        rate = (self.done - before) / max(took, 1e-3)
        logger.info("latents: {} {} in {:.0f} s, {:.0f} a second", self.done - before, kind, took, rate)

    @torch.no_grad()
    def _encode(self, frames: Tensor) -> Tensor:
        clips = (frames.transpose(1, 2).float() / 127.5 - 1).contiguous()
        device = self.settings.device.type
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            mean, _ = self.whole.encode(clips)
        return mean.to(torch.bfloat16).contiguous()

    def _write(self, latents: list[Tensor], made_up: list[Made]) -> None:
        moments = Moments(self.settings.device)
        for part in latents:
            moments.add(part)
        tensors = {
            "latents": torch.cat(latents).cpu(),
            "tokens": torch.from_numpy(np.concatenate([made.tokens for made in made_up])),
            "answers": torch.from_numpy(np.concatenate([made.answers for made in made_up])),
            "sums": moments.sums.cpu(),
            "vae_steps": torch.tensor(self.vae_steps),
        }
        name = f"{self.settings.kind}-{self.settings.first_seed + self.done:010d}.safetensors"
        part = self.settings.folder / f"{name}.part"
        save_file(tensors, part)
        part.replace(self.settings.folder / name)

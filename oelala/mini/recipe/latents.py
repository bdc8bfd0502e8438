"""Stage 2: latents of clips and stills with the frozen VAE, captions as tokens, and their statistics."""

import faulthandler
import hashlib
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from loguru import logger
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.clips import render_bytes
from oelala.mini.recipe.faces import face_maps
from oelala.mini.recipe.farm import Farm, Made, captions_of
from oelala.mini.recipe.fused import fastest_norm
from oelala.mini.recipe.latent_set import Moments, seed_of, shards, write_statistics
from oelala.mini.recipe.team import SEEDS_EACH, Team
from oelala.mini.recipe.vae import CHECKPOINT as VAE_CHECKPOINT
from oelala.mini.recipe.whole_clip import WholeClip
from oelala.mini.recipe.widened import vae_of
from oelala.mini.tokenizer import VOCAB_SIZE, train_tokenizer
from oelala.mini.topology import NUM_FRAMES
from oelala.mini.world.render import PLAIN
from oelala.mini.world.tiles import Shaders

# The tenth training's clips and stills; those before it drew from 100 and 300 million on. Another training
# had better draw others again: its steps go over the same 20,000 clips dozens of times.
FIRST_SEED = {"clips": 200_000_000, "stills": 400_000_000, "poses": 900_000_000}
# How many are rendered, and of those encoded, together.
RENDERED = {"clips": 64, "stills": 1024, "poses": 32}
ENCODED = {"clips": 16, "stills": 512, "poses": 16}
PER_SHARD = {"clips": 2048, "stills": 32_768, "poses": 1024}
_STUCK = 100.0


@dataclass(frozen=True)
class LatentSettings:
    """At most `limit` of a `kind` ("clips", "stills" or "poses") by each process, within `minutes`."""

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
        if self.kind == "stills":
            return 1
        return (9 if self.kind == "poses" else 5) if self.tiny else NUM_FRAMES


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


def encoder_key(weights: dict[str, Tensor]) -> int:
    """A short hash of what makes latents, which training the decoder alone does not change."""
    made = hashlib.sha256()
    for name in sorted(weights):
        if name.startswith(("encoder.", "quant_conv.")):
            small = weights[name].to(torch.bfloat16).contiguous().view(torch.int16)
            made.update(name.encode() + small.cpu().numpy().tobytes())
    return int.from_bytes(made.digest()[:7], "big")


def pixels_of(frames: Tensor) -> Tensor:
    """Bytes (B, T, 3, H, W) as clips (B, 3, T, H, W) in -1..1."""
    return frames.transpose(1, 2).float() / 127.5 - 1


def _words(made: Made) -> dict[str, Tensor]:
    return {"tokens": torch.from_numpy(made.tokens), "answers": torch.from_numpy(made.answers)}


def tokenizer_of_all(folder: Path, team: Team, *, tiny: bool = False) -> Path:
    """`tokenizer_of` for a team: the first process makes it, the others wait."""
    if team.first:
        tokenizer_of(folder, tiny=tiny)
    team.wait()
    return tokenizer_of(folder, tiny=tiny)


class LatentStage:
    """Adds shards to the folder; those of another encoder are deleted first."""

    def __init__(self, settings: LatentSettings, tools: Tools) -> None:
        self.started = time.monotonic()
        self.settings, self.tools = settings, tools
        found = checkpoint.load(settings.folder / VAE_CHECKPOINT)
        if found is None:
            raise FileNotFoundError(f"no VAE in {settings.folder}: run the stage `vae` first")
        vae = vae_of(found[0], tiny=settings.tiny)
        self.encoder = encoder_key(found[0])
        vae = vae.to(settings.device).eval()
        self.whole = WholeClip(vae, fastest_norm(settings.device))
        self.done = self._keep_present()

    def _keep_present(self) -> int:
        """How many of the present encoder there are."""
        count = 0
        for path in shards(self.settings.kind, self.settings.folder):
            if not 0 <= seed_of(path) - self.settings.first_seed <= SEEDS_EACH:
                continue
            with safe_open(path, framework="pt") as file:
                if "encoder" in file.keys() and int(file.get_tensor("encoder")) == self.encoder:  # noqa: SIM118
                    count += file.get_slice("tokens").get_shape()[0]
                    continue
            path.unlink()
        return count

    def run(self) -> None:
        """Make latents until the limit or the time, then write the statistics over all."""
        settings, kind = self.settings, self.settings.kind
        tokenizer = tokenizer_of_all(settings.folder, settings.team, tiny=settings.tiny)
        together = 2 if settings.tiny else RENDERED[kind]
        until = self.started + settings.minutes * 60
        start, before = time.monotonic(), self.done
        made_up: list[dict[str, Tensor]] = []
        batches = 0
        supply = self._supply(together, tokenizer)
        while self.done < settings.limit and (time.monotonic() < until or self.done == 0):
            # If it stands still, the log says where.
            faulthandler.dump_traceback_later(_STUCK)
            made = next(supply)
            made_up.append(self._tensors(made) | _words(made))
            self.done += len(made.tokens)
            batches += 1
            if batches in (1, 2, 10):
                logger.info("{} {} after {:.1f} s", self.done - before, kind, time.monotonic() - start)
            if len(made_up) * together >= PER_SHARD[kind]:
                self._write(made_up)
                made_up = []
        supply.close()
        faulthandler.cancel_dump_traceback_later()
        if made_up:
            self._write(made_up)
        settings.team.wait()
        # Poses are seen by a transformer that knows the statistics of clips and stills.
        if settings.team.first and kind != "poses":
            write_statistics(settings.folder)
        settings.team.wait()
        took = time.monotonic() - start
        rate = (self.done - before) / max(took, 1e-3)
        logger.info("latents: {} {} in {:.0f} s, {:.0f} a second", self.done - before, kind, took, rate)

    def _supply(self, together: int, tokenizer: Path) -> Generator[Made, None, None]:
        return self.tools.farm.clips(self.settings.first_seed + self.done, together, tokenizer)

    def _tensors(self, made: Made) -> dict[str, Tensor]:
        """What a shard keeps of these clips, besides the words: tensors to join along their first axis."""
        settings = self.settings
        frames, truth = render_bytes(made.table, settings.num_frames, settings.device, self.tools.shaders)
        parts = frames.split(ENCODED[settings.kind])
        latents = torch.cat([self.encode(pixels_of(part)) for part in parts])
        return {"latents": latents, "faces": face_maps(truth)}

    @torch.no_grad()
    def encode(self, clips: Tensor) -> Tensor:
        """Latents, in 16 bits, of clips (B, 3, T, 256, 256) in -1..1."""
        device = self.settings.device.type
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            mean, _ = self.whole.encode(clips.contiguous())
        return mean.to(torch.bfloat16).contiguous()

    def _write(self, made_up: list[dict[str, Tensor]]) -> None:
        tensors = {name: torch.cat([made[name] for made in made_up]) for name in made_up[0]}
        moments = Moments(self.settings.device)
        for part in tensors["latents"].split(ENCODED["stills"]):
            moments.add(part)
        tensors |= {"sums": moments.sums, "encoder": torch.tensor(self.encoder)}
        name = f"{self.settings.kind}-{self.settings.first_seed + self.done:010d}.safetensors"
        whole = self.settings.folder / f"{name}.part"
        save_file({key: value.contiguous().cpu() for key, value in tensors.items()}, whole)
        whole.replace(self.settings.folder / name)

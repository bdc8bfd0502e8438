"""More wordings for a finished transformer: the text encoder alone learns them, on a processor, in minutes.

No pictures are needed. The encoder as it was, told a plain caption, is the teacher: what the frozen
transformer then makes of noise is what it shall make when the pupil is told the same in other words.
"""

import copy
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from loguru import logger
from tokenizers import Tokenizer
from torch import Tensor

from oelala.mini.captions import caption
from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.answers import answers_of
from oelala.mini.recipe.depth import transformer_of
from oelala.mini.recipe.farm import MAX_TOKENS, PAD
from oelala.mini.recipe.fast_transformer import FastTransformer, Noisy
from oelala.mini.recipe.other_words import in_other_words, measured, simplified
from oelala.mini.recipe.schedule import rate_at
from oelala.mini.recipe.text import HEADS_CHECKPOINT, TEXT_CHECKPOINT, features_of
from oelala.mini.recipe.text_heads import TextHeads
from oelala.mini.tokenizer import PAD_ID
from oelala.mini.topology import HEIGHT, SPATIAL, WIDTH, Z_DIM, build_text_encoder
from oelala.mini.world.seeds import random_clip

FIRST_SEED = 700_000_000
# There are a few hundred steps in all: the warm-up of 200 is over in 25.
_WARMS_FASTER = 8
# Near pure noise, where the caption decides.
_LEAST_TIME, _HEADS_WEIGHT = 0.85, 0.15
_SAY_EVERY, _SAVE_EVERY = 15.0, 110.0
# Samples of so many latent frames, by turns: stills for looks, short clips for actions. And as many captions
# more for the heads alone, which cost a tenth of what the transformer does.
_BATCHES, _ASKED = ((16, 1), (16, 1), (16, 1), (6, 3)), 64


@dataclass(frozen=True)
class WordingSettings:
    """`minutes` on the checkpoints in `folder`, which has a transformer, a text encoder and its heads."""

    folder: Path
    minutes: float
    tiny: bool = False
    peak_rate: float = 8.0e-4


class WordingStage:
    """Trains the text encoder and writes it."""

    def __init__(self, settings: WordingSettings) -> None:
        self.settings, self.started = settings, time.monotonic()
        folder = settings.folder
        self.text: Any = build_text_encoder(tiny=settings.tiny)
        self.text.load_state_dict(checkpoint.weights_of(folder / TEXT_CHECKPOINT), strict=False)
        self.teacher = copy.deepcopy(self.text).eval().requires_grad_(False)
        self.heads = TextHeads(self.text.config.d_model)
        self.heads.load_state_dict(checkpoint.weights_of(folder / HEADS_CHECKPOINT))
        self.heads.requires_grad_(False)
        weights = checkpoint.weights_of(folder / "transformer")
        transformer = transformer_of(weights, tiny=settings.tiny)
        transformer.load_state_dict(weights)
        self.fast = FastTransformer(transformer.requires_grad_(False))
        self.words = Tokenizer.from_file(str(folder / "tokenizer" / "tokenizer.json"))
        self.words.enable_truncation(MAX_TOKENS)
        self.words.enable_padding(length=MAX_TOKENS, pad_id=self.words.token_to_id(PAD), pad_token=PAD)
        self.optimizer = torch.optim.AdamW(self.text.parameters(), betas=(0.9, 0.98), weight_decay=0.01)
        self.average = checkpoint.Average(self.text, 0.95)
        found = checkpoint.load(folder / TEXT_CHECKPOINT)
        self.progress = checkpoint.Progress() if found is None else found[1]
        self.seed = FIRST_SEED

    def run(self) -> None:
        """Train for the minutes of the settings, one step at least, and say what it knew before and after."""
        logger.info("wordings before: {}", measured(self.text, self.heads, self.tokens_of))
        self.started = time.monotonic()
        said, saved, steps, limit = self.started, self.started, 0, self.settings.minutes * 60
        losses: list[list[float]] = []
        while not steps or time.monotonic() - self.started < limit:
            done = (time.monotonic() - self.started) / max(limit, 1e-3)
            for group in self.optimizer.param_groups:
                group["lr"] = rate_at(done, self.settings.peak_rate, steps * _WARMS_FASTER)
            losses.append(self._step(*_BATCHES[steps % len(_BATCHES)]))
            steps += 1
            self.progress.steps += 1
            if time.monotonic() - saved > _SAVE_EVERY:
                self._save()
                saved = time.monotonic()
            if time.monotonic() - said > _SAY_EVERY:
                logger.info("wordings step {}: {}", steps, np.mean(losses, 0).round(4).tolist())
                said, losses = time.monotonic(), []
        self._save()
        self.text.load_state_dict(self.average.values, strict=False)
        logger.info("wordings after {} steps: {}", steps, measured(self.text, self.heads, self.tokens_of))

    def _save(self) -> None:
        checkpoint.save(self.settings.folder / TEXT_CHECKPOINT, self.average.values, self.progress)

    def tokens_of(self, texts: list[str]) -> Tensor:
        """Token ids (B, 64)."""
        return torch.tensor([one.ids for one in self.words.encode_batch_fast(texts)])

    def _step(self, samples: int, frames: int) -> list[float]:
        """The distance from the teacher, and the heads' loss."""
        rng, last = np.random.default_rng(self.seed), self.seed + samples + _ASKED
        specs = [simplified(random_clip(seed), rng) for seed in range(self.seed, last)]
        self.seed = last
        noisy = self._noisy(samples, frames)
        with torch.no_grad():
            plain = self.tokens_of([caption(spec, rng, plain=True) for spec in specs[:samples]])
            wanted = self.fast(noisy, features_of(self.teacher, plain, fast=False))
        tokens = self.tokens_of([in_other_words(spec, rng) for spec in specs])
        features = features_of(self.text, tokens, fast=False)
        apart = (self.fast(noisy, features[:samples]) - wanted).square().mean()
        right = torch.from_numpy(answers_of(specs)).long()
        said = self.heads.loss(features, tokens != PAD_ID, right)
        self.optimizer.zero_grad(set_to_none=True)
        (apart + _HEADS_WEIGHT * said).backward()
        torch.nn.utils.clip_grad_norm_(self.text.parameters(), 1.0)
        self.optimizer.step()
        self.average.update()
        return [float(apart.detach()), float(said.detach())]

    def _noisy(self, samples: int, frames: int) -> Noisy:
        """Noise at times from 0.85 to 1, as if it hid nothing but the mean of all latents, which is 0."""
        times = _LEAST_TIME + (1 - _LEAST_TIME) * torch.rand(samples)
        noise = torch.randn(samples, Z_DIM, frames, HEIGHT // SPATIAL, WIDTH // SPATIAL)
        level = times.view(-1, 1, 1, 1, 1)
        return Noisy(noise * level, times, torch.zeros(samples, dtype=torch.bool))

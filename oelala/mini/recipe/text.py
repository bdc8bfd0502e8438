"""Stage 0: the text encoder alone, by the questions of `text_heads`, until it knows what belongs to what.

UMT5 knows the order of words only by a bias on distances, which starts at zero beside products of queries and
keys that grow to ten. Left to itself it stays a bag of words: after five million captions everything had a
name (hair, action, place: 99 % right), but a colour went to a garment by guessing (47 %). So most heads start
out looking at the words beside each word, whatever they say.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from loguru import logger
from torch import Tensor

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.answers import NONE, QUESTIONS
from oelala.mini.recipe.farm import PLAIN_CAPTIONS, Farm, Made
from oelala.mini.recipe.schedule import rate_at
from oelala.mini.recipe.team import SEEDS_EACH, Team
from oelala.mini.recipe.text_heads import TextHeads
from oelala.mini.tokenizer import PAD_ID
from oelala.mini.topology import build_text_encoder

TEXT_CHECKPOINT, HEADS_CHECKPOINT = "text_encoder", "text_heads"
FIRST_SEED = 600_000_000
# Where a head looks at first, in tokens from the word itself; one head a layer looks everywhere.
_WINDOWS: tuple[tuple[range, ...], ...] = (
    (range(-1, 0), range(1, 2), range(-4, 0)),
    (range(-2, 0), range(1, 5), range(-6, 0)),
    (range(-1, 0), range(1, 3), range(-8, 0)),
)
_PULL, _QUIET = 4.0, 0.1


@dataclass(frozen=True)
class TextSettings:
    """`minutes` of training; `captions` a step and process."""

    folder: Path
    minutes: float
    device: torch.device
    tokenizer: Path
    captions: int = 512
    tiny: bool = False
    peak_rate: float = 1.0e-3
    team: Team = field(default_factory=Team)


@torch.no_grad()
def look_nearby(text: Any) -> None:
    """Let heads of a UMT5EncoderModel begin with the neighbours of every word."""
    for block, windows in zip(text.encoder.block, _WINDOWS, strict=False):
        attention = block.layer[0].SelfAttention
        bias = attention.relative_attention_bias.weight
        bias.zero_()
        for head, window in zip(range(bias.shape[1] - 1), windows, strict=False):
            bias[attention._relative_position_bucket(torch.tensor(list(window))), head] = _PULL
            size = attention.key_value_proj_dim
            attention.q.weight[head * size : (head + 1) * size] *= _QUIET


def features_of(text: Any, tokens: Tensor, *, fast: bool) -> Tensor:
    """Text features (B, L, text_dim), zero after the end, as the Wan pipelines pad them."""
    mask = (tokens != PAD_ID).long()
    with torch.autocast(tokens.device.type, torch.bfloat16, enabled=fast):
        made: Tensor = text(tokens, mask).last_hidden_state * mask.unsqueeze(-1)
    return made


class TextStage:
    """Trains the text encoder and its heads, and writes both."""

    def __init__(self, settings: TextSettings, farm: Farm) -> None:
        self.settings, self.farm, self.team = settings, farm, settings.team
        self.text: Any = build_text_encoder(tiny=settings.tiny)
        self.heads = TextHeads(self.text.config.d_model)
        self.models = {TEXT_CHECKPOINT: self.text, HEADS_CHECKPOINT: self.heads}
        self.progress = checkpoint.Progress()
        for name, model in self.models.items():
            if found := checkpoint.load(settings.folder / name):
                model.load_state_dict({key: value.float() for key, value in found[0].items()}, strict=False)
                self.progress = found[1]
            else:
                self.progress = checkpoint.Progress()
        if not self.progress.steps:
            look_nearby(self.text)
        for model in self.models.values():
            model.to(settings.device).train()
        self.team.same_weights(self.models.values())
        self.team.seed(self.progress.steps)
        self.averages = {name: checkpoint.Average(model, 0.998) for name, model in self.models.items()}
        self.parameters = [value for model in self.models.values() for value in model.parameters()]
        self.optimizer = torch.optim.AdamW(self.parameters, betas=(0.9, 0.98), weight_decay=0.01)

    def run(self) -> None:
        """Train for the minutes of the settings."""
        settings, started = self.settings, time.monotonic()
        logged, steps, together = started, 0, 64 if settings.tiny else 512
        first = FIRST_SEED + self.progress.next_seed + self.team.rank * SEEDS_EACH
        supply = self.farm.clips(first, together, settings.tokenizer)
        while (spent := self.team.agree(time.monotonic() - started)) < settings.minutes * 60:
            made = next(supply)
            for tokens, right in self._batches(made):
                for group in self.optimizer.param_groups:
                    group["lr"] = rate_at(spent / (settings.minutes * 60), settings.peak_rate, steps)
                loss, shares = self._step(tokens, right)
                steps += 1
            self.progress.next_seed += together
            if self.team.first and time.monotonic() - logged > 15:
                logger.info("text {:.0f} s, step {}: loss {:.3f}, right {}", spent, steps, loss, shares)
                logged = time.monotonic()
        supply.close()
        self.progress.steps += steps
        self._save()

    def _batches(self, made: Made) -> list[tuple[Tensor, Tensor]]:
        """Plain captions and a hard one of every clip, in random order, cut to the longest."""
        rows = len(made.tokens)
        columns = [*torch.randperm(PLAIN_CAPTIONS)[:2].tolist(), PLAIN_CAPTIONS]
        tokens = torch.from_numpy(np.concatenate([made.tokens[:, c] for c in columns])).long()
        right = torch.from_numpy(made.answers).long().repeat(len(columns), 1)
        order = torch.randperm(rows * len(columns)).split(self.settings.captions)
        device = self.settings.device
        cut = int((tokens != PAD_ID).sum(1).max())
        return [(tokens[part, :cut].to(device), right[part].to(device)) for part in order]

    def _step(self, tokens: Tensor, right: Tensor) -> tuple[float, dict[str, float]]:
        features = features_of(self.text, tokens, fast=self.settings.device.type == "cuda")
        there = tokens != PAD_ID
        loss = self.heads.loss(features.float(), there, right)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.team.average_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        for average in self.averages.values():
            average.update()
        return float(loss.detach()), self._shares(features.detach().float(), there, right)

    @torch.no_grad()
    def _shares(self, features: Tensor, there: Tensor, right: Tensor) -> dict[str, float]:
        """How often the four questions for colours are answered right."""
        made = self.heads(features, there)
        shares = {}
        for number, question in enumerate(list(QUESTIONS)[:4]):
            asked = right[:, number] != NONE
            hit = (made[number].argmax(1) == right[:, number])[asked]
            shares[question] = round(float(hit.float().mean()), 2)
        return shares

    def _save(self) -> None:
        if self.team.first:
            for name, average in self.averages.items():
                checkpoint.save(self.settings.folder / name, average.values, self.progress)
        self.team.wait()

"""Stage 3: the transformer and the text encoder, text-to-video and image-to-video together.

Flow matching: x_t = (1 - t) x0 + t noise, t from `schedule.noise_levels`; the transformer says x0 (the
scheduler's `prediction_type` is "sample"), and its error counts as one of the velocity does. Half of the
clips keep their first latent frame clean, with its tokens at time 0: what `expand_timesteps` of the two
pipelines does at inference. Every caption is encoded once for two noise levels of its clip. Faces count more
than the rest of their frame (`faces.py`).

Why not the velocity, as in Wan: a token has 192 numbers, of which noise fills all and a picture some 35
(99 % of the variance), and a width of 256 cannot carry the noise to the end beside its thoughts. What it
dropped, 5-20 % of the signal's variance at t > 0.9, came out as haze. (Li and He, "Back to Basics", 2025.)
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from loguru import logger
from torch import Tensor

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.answers import NONE
from oelala.mini.recipe.depth import transformer_of
from oelala.mini.recipe.faces import face_weights, mean_in_faces
from oelala.mini.recipe.fast_transformer import Block, FastTransformer, Noisy, run_block
from oelala.mini.recipe.graphed import GraphedStep, Inputs
from oelala.mini.recipe.latent_set import LatentSet
from oelala.mini.recipe.muon import make_optimizer
from oelala.mini.recipe.schedule import batch_at, hard_share, noise_levels, rate_at
from oelala.mini.recipe.team import Team
from oelala.mini.recipe.text import HEADS_CHECKPOINT, TEXT_CHECKPOINT, features_of
from oelala.mini.recipe.text_heads import TextHeads
from oelala.mini.tokenizer import EOS_ID, PAD_ID
from oelala.mini.topology import build_text_encoder

TRANSFORMER_CHECKPOINT = "transformer"
IMAGE_SHARE, EMPTY_SHARE = 0.50, 0.10
LEVELS_PER_CAPTION = 2
# An error of x0 is one of the velocity divided by t; near the clean end that has to stop somewhere.
LEAST_TIME = 0.1
HEADS_WEIGHT = 0.1


@dataclass(frozen=True)
class TransformerSettings:
    """`minutes` for this run; `later_minutes` of the same `schedule` are left to later ones. `muon`: see
    `RunSettings`.
    """

    folder: Path
    minutes: float
    device: torch.device
    later_minutes: float = 0.0
    schedule: str = "first"
    scale: float = 1.0
    tiny: bool = False
    peak_rate: float = 1.0e-3
    save_every: float = 150.0
    team: Team = field(default_factory=Team)
    muon: bool = False


def _best_block(device: torch.device) -> Block:
    if device.type != "cuda":
        return run_block
    torch._dynamo.config.recompile_limit = 64
    # Where the compiler fails, the plain way works.
    torch._dynamo.config.suppress_errors = True
    compiled: Block = torch.compile(run_block, dynamic=False)
    return compiled


class TransformerStage:
    """Trains for a number of minutes and writes its checkpoints on the way."""

    def __init__(self, settings: TransformerSettings) -> None:
        self.settings, self.team = settings, settings.team
        self.started = time.monotonic()
        device = settings.device
        self.dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
        self.text: Any = build_text_encoder(tiny=settings.tiny)
        self.heads = TextHeads(self.text.config.d_model)
        found = checkpoint.load(settings.folder / TRANSFORMER_CHECKPOINT)
        transformer = transformer_of(found[0] if found else (), tiny=settings.tiny)
        self.models: dict[str, torch.nn.Module] = {
            TRANSFORMER_CHECKPOINT: transformer,
            TEXT_CHECKPOINT: self.text,
            HEADS_CHECKPOINT: self.heads,
        }
        self.progress = checkpoint.Progress()
        self._load()
        self.fast = FastTransformer(transformer, _best_block(device), self.dtype)
        self.averages = {name: checkpoint.Average(model, 0.999) for name, model in self.models.items()}
        named = [
            (f"{part}.{name}", value)
            for part, model in self.models.items()
            for name, value in model.named_parameters()
        ]
        self.parameters = [value for _, value in named]
        self.optimizer = make_optimizer(
            named,
            muon=settings.muon, lr=1e-4, betas=(0.9, 0.98), weight_decay=0.01, fused=device.type == "cuda",
        )  # fmt: skip
        weights = torch.tensor([1.0, HEADS_WEIGHT, 0.0], device=device)
        self.graphed = GraphedStep(self._losses, self.parameters, weights)
        self.own_steps = 0
        if self.progress.begin(settings.schedule):
            self._go_on()
        self.total = self.progress.seconds + (settings.minutes + settings.later_minutes) * 60
        self.stills = LatentSet("stills", settings.folder, device)
        # Without clips yet, all training is on stills.
        self.clips = LatentSet("clips", settings.folder, device)

    def _load(self) -> None:
        for name, model in self.models.items():
            if found := checkpoint.load(self.settings.folder / name):
                model.load_state_dict({key: value.float() for key, value in found[0].items()}, strict=False)
                self.progress = found[1]
            model.to(self.settings.device).train()
        self.team.same_weights(self.models.values())
        self.team.seed(self.progress.steps)

    def _go_on(self) -> None:
        for name, model in self.models.items():
            path, average = self.settings.folder / name, self.averages[name]
            if checkpoint.load_state(path, model, average, self.optimizer):
                self.own_steps = self.progress.steps

    def run(self) -> None:
        """Train until the minutes, counted from the making of this stage, are over."""
        saved = logged = self.started
        before, samples, first = self.progress.seconds, 0, self.progress.steps
        losses: list[Tensor] = []
        limit = self.settings.minutes * 60
        # One step at least, however slow the machine.
        while self.progress.steps == first or self.team.agree(time.monotonic() - self.started) < limit:
            now = time.monotonic()
            self.progress.seconds = self.team.agree(before + now - self.started)
            loss, count = self._step(self.progress.seconds / self.total)
            losses.append(loss)
            samples += count
            if self.team.first and (now - logged > 15 or self.progress.steps - first in (5, 20)):
                means = torch.stack(losses).mean(0).tolist()
                logger.info(
                    "transformer {:.0f} s, step {}, {:.1f} it/s, {:.0f} samples/s, loss {:.4f}, text {:.3f}, "
                    "faces {:.4f}",
                    self.progress.seconds, self.progress.steps, len(losses) / (now - logged + 1e-3),
                    samples * self.team.size / (now - logged + 1e-3), *means,
                )  # fmt: skip
                logged, samples, losses = now, 0, []
            if self.team.first and now - saved > self.settings.save_every:
                self._save()
                saved = now
        if self.team.first:
            self._save()
            for name, model in self.models.items():
                checkpoint.save_state(self.settings.folder / name, model, self.averages[name], self.optimizer)
        self.team.wait()

    def _step(self, done: float) -> tuple[Tensor, int]:
        batch = batch_at(done, self.progress.steps)
        chosen = self.clips if batch.frames > 1 and len(self.clips) else self.stills
        rows = max(1, int(batch.samples * self.settings.scale) // LEVELS_PER_CAPTION)
        drawn = chosen.draw(rows, batch.frames, hard_share(done))
        losses = self.graphed((drawn.latents, drawn.faces, drawn.tokens, drawn.answers))
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(done, self.settings.peak_rate, self.own_steps)
        self.team.average_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        for average in self.averages.values():
            average.update()
        self.progress.steps += 1
        self.own_steps += 1
        return losses, rows * LEVELS_PER_CAPTION

    def _losses(self, inputs: Inputs) -> Tensor:
        """Of the denoiser and of the text heads, and the former's in faces alone, (3,), for latents, maps of
        faces, tokens and answers.
        """
        latents, faces, given, answers = inputs
        empty = torch.full_like(given, PAD_ID)
        empty[:, 0] = EOS_ID
        silent = torch.rand(len(empty), 1, device=empty.device) < EMPTY_SHARE
        tokens = torch.where(silent, empty, given)
        features = features_of(self.text, tokens, fast=self.dtype == torch.bfloat16)
        said = self.heads.loss(features.float(), tokens != PAD_ID, answers.masked_fill(silent, NONE))
        each = [part.repeat_interleave(LEVELS_PER_CAPTION, 0) for part in (latents, faces, features)]
        denoised, in_faces = self._denoising_losses(*each)
        return torch.stack([denoised, said, in_faces])

    def _denoising_losses(self, x0: Tensor, faces: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        batch, _, frames = x0.shape[:3]
        times = noise_levels(batch, x0.device)
        # A still has no first frame to keep.
        clean = torch.rand(batch, device=x0.device) < (IMAGE_SHARE if frames > 1 else 0.0)
        level = times.view(-1, 1, 1, 1, 1).expand(-1, 1, frames, 1, 1).clone()
        level[:, :, 0] *= (~clean).view(-1, 1, 1, 1)
        noisy = Noisy((1 - level) * x0 + level * torch.randn_like(x0), times, clean)
        judged = (level > 0).float()
        error = (self.fast(noisy, features).float() - x0).square().mean(1, keepdim=True)
        error = error * judged / level.clamp_min(LEAST_TIME).square()
        weighted = (error * face_weights(faces)).mean((3, 4), keepdim=True).sum() / judged.sum()
        return weighted, mean_in_faces(error, faces, judged)

    def _save(self) -> None:
        self.progress.log.append({"seconds": round(self.progress.seconds), "steps": self.progress.steps})
        for name, average in self.averages.items():
            checkpoint.save(self.settings.folder / name, average.values, self.progress)

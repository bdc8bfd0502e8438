"""Stage 3: the transformer and the text encoder, text-to-video and image-to-video together.

Flow matching: x_t = (1 - t) x0 + t noise, the target is noise - x0, t is a shifted sigmoid of a normal
number. A third of the clips keep their first latent frame clean, with its tokens at time 0: what
`expand_timesteps` of the two pipelines does at inference.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from loguru import logger
from safetensors.torch import load_file
from torch import Tensor

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.latents import STATISTICS
from oelala.mini.recipe.vae import rate_at
from oelala.mini.tokenizer import EOS_ID, PAD_ID
from oelala.mini.topology import FLOW_SHIFT, build_text_encoder, build_transformer

TRANSFORMER_CHECKPOINT, TEXT_CHECKPOINT = "transformer", "text_encoder"
IMAGE_SHARE, EMPTY_SHARE = 0.35, 0.10
# Latent frames and batch size, by turns: 33 frames, 17 frames, stills. Causality makes a shorter clip a
# prefix.
PLAN = ((9, 144), (5, 224), (9, 144), (1, 512), (9, 144))


@dataclass(frozen=True)
class TransformerSettings:
    """`minutes` for this run, `total_minutes` for the whole schedule."""

    folder: Path
    minutes: float
    total_minutes: float
    device: torch.device
    scale: float = 1.0
    tiny: bool = False
    peak_rate: float = 1.0e-3
    save_every: float = 110.0


class _Set:
    """Normalised latents and tokens on the training device."""

    def __init__(self, kind: str, settings: TransformerSettings) -> None:
        folder, device = settings.folder, settings.device
        numbers = json.loads((folder / STATISTICS).read_text())
        mean, std = (
            torch.tensor(numbers[key], device=device).view(1, -1, 1, 1, 1)
            for key in ("latents_mean", "latents_std")
        )
        latents, tokens = [], []
        for path in sorted(folder.glob(f"{kind}-*.safetensors")):
            found = load_file(path)["latents"].to(device)
            for part in found.split(500):
                part.copy_((part.float() - mean) / std)
            latents.append(found)
            tokens.append(load_file(path.with_name(f"tokens-{path.name}"))["tokens"].to(device))
        self.latents, self.tokens = torch.cat(latents), torch.cat(tokens)
        logger.info("{} {}", len(self.latents), kind)

    def draw(self, count: int, frames: int) -> tuple[Tensor, Tensor]:
        """Latents (count, 48, frames, 16, 16) and token ids (count, 64)."""
        device = self.latents.device
        row = torch.randint(len(self.latents), (count,), device=device)
        which = torch.randint(self.tokens.shape[1], (count,), device=device)
        return self.latents[row, :, :frames].float(), self.tokens[row, which].long()


class TransformerStage:
    """Trains for a number of minutes and writes its checkpoints on the way."""

    def __init__(self, settings: TransformerSettings) -> None:
        self.settings = settings
        self.started = time.monotonic()
        device = settings.device
        self.model = build_transformer(tiny=settings.tiny)
        self.text = build_text_encoder()
        if settings.tiny:
            self.model = build_transformer()
        self.progress = checkpoint.Progress()
        resumed = False
        for name, model in ((TRANSFORMER_CHECKPOINT, self.model), (TEXT_CHECKPOINT, self.text)):
            if found := checkpoint.load(settings.folder / name):
                model.load_state_dict({key: value.float() for key, value in found[0].items()}, strict=False)
                self.progress, resumed = found[1], True
        self.model.to(device).train()
        self.text.to(device).train()
        self.averages = {
            TRANSFORMER_CHECKPOINT: checkpoint.Average(self.model, 0.999),
            TEXT_CHECKPOINT: checkpoint.Average(self.text, 0.999),
        }
        for average in self.averages.values():
            average.count = 10_000 if resumed else 0
        self.clips = _Set("clips", settings)
        self.stills = _Set("stills", settings)
        self.parameters = [*self.model.parameters(), *self.text.parameters()]
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=1e-4, betas=(0.9, 0.98), weight_decay=0.01, fused=device.type == "cuda"
        )
        if device.type == "cuda":
            torch._dynamo.config.recompile_limit = 64
            # Where the compiler fails, the plain way works.
            torch._dynamo.config.suppress_errors = True
            self.model.compile_repeated_blocks()

    def run(self) -> None:
        """Train until the minutes, counted from the making of this stage, are over."""
        start = time.monotonic()
        saved = logged = start
        before, samples, first = self.progress.seconds, 0, self.progress.steps
        losses: list[Tensor] = []
        while (now := time.monotonic()) - self.started < self.settings.minutes * 60:
            self.progress.seconds = before + now - start
            done = self.progress.seconds / (self.settings.total_minutes * 60)
            losses.append(self._step(done))
            samples += 1
            if now - logged > 15 or self.progress.steps - first in (5, 20):
                logger.info(
                    "transformer {:.0f} s, step {}, {:.1f} it/s, loss {:.4f}",
                    self.progress.seconds, self.progress.steps, samples / (now - logged + 1e-3),
                    float(torch.stack(losses).mean()),
                )  # fmt: skip
                logged, samples, losses = now, 0, []
            if now - saved > self.settings.save_every:
                self._save()
                saved = now
        self._save()

    def embed(self, tokens: Tensor) -> Tensor:
        """Text features (B, 64, 256), zero after the end, as the Wan pipelines pad them."""
        mask = (tokens != PAD_ID).long()
        return self.text(tokens, mask).last_hidden_state * mask.unsqueeze(-1)

    def _step(self, done: float) -> Tensor:
        frames, batch = PLAN[self.progress.steps % len(PLAN)]
        batch = max(2, int(batch * self.settings.scale))
        frames = min(frames, self.clips.latents.shape[2])
        x0, tokens = self.clips.draw(batch, frames)
        loss = self._loss(x0, tokens)
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(done, self.settings.peak_rate)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.averages[TRANSFORMER_CHECKPOINT].update(self.model)
        self.averages[TEXT_CHECKPOINT].update(self.text)
        self.progress.steps += 1
        return loss.detach()

    def _loss(self, x0: Tensor, tokens: Tensor) -> Tensor:
        batch, _, frames, height, width = x0.shape
        device = x0.device
        empty = torch.full_like(tokens, PAD_ID)
        empty[:, 0] = EOS_ID
        tokens = torch.where(torch.rand(batch, 1, device=device) < EMPTY_SHARE, empty, tokens)
        t = torch.sigmoid(torch.randn(batch, device=device))
        t = (FLOW_SHIFT * t / (1 + (FLOW_SHIFT - 1) * t)).view(-1, 1, 1, 1, 1)
        time_of = t.expand(-1, 1, frames, height, width).clone()
        if frames > 1:
            time_of[torch.rand(batch, device=device) < IMAGE_SHARE, :, 0] = 0
        noise = torch.randn_like(x0)
        noisy = (1 - time_of) * x0 + time_of * noise
        of_token = (time_of[:, 0, :, ::2, ::2] * 1000).flatten(1)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            made = self.model(noisy, of_token, self.embed(tokens), return_dict=False)[0]
        weight = (time_of > 0).float()
        error = (made.float() - (noise - x0)).square().mean(1, keepdim=True)
        return (error * weight).sum() / weight.sum()

    def _save(self) -> None:
        self.progress.log.append({"seconds": round(self.progress.seconds), "steps": self.progress.steps})
        for name, average in self.averages.items():
            checkpoint.save(self.settings.folder / name, average.values, self.progress)

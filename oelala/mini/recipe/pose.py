"""Stage 4: the pose transformer, from the trained one: skeletons, reference pictures, given frames.

The same noise levels and the same loss as `transformer.py`: the model says x0. One time for the whole clip,
for `WanVACEPipeline` does not expand it. A reference picture is one latent frame in front, as noisy as the
others at inference, and so here. The text encoder is finished and only read.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from diffusers import WanVACETransformer3DModel
from loguru import logger
from torch import Tensor

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.depth import pose_transformer_of
from oelala.mini.recipe.faces import face_weights, mean_in_faces
from oelala.mini.recipe.fused import fastest_norm
from oelala.mini.recipe.graphed import GraphedStep, Inputs
from oelala.mini.recipe.muon import make_optimizer
from oelala.mini.recipe.pose_set import PoseBatch, PosePart, PoseSet
from oelala.mini.recipe.schedule import hard_share, noise_levels, rate_at
from oelala.mini.recipe.team import Team
from oelala.mini.recipe.text import features_of
from oelala.mini.recipe.vae import CHECKPOINT as VAE_CHECKPOINT
from oelala.mini.recipe.whole_clip import WholeClip
from oelala.mini.recipe.widened import vae_of
from oelala.mini.tokenizer import EOS_ID, PAD_ID
from oelala.mini.topology import build_text_encoder

CHECKPOINT, BASE, TEXT = "pose", "transformer", "text_encoder"
EMPTY_SHARE = 0.10
# An error of x0 is one of the velocity divided by t; near the clean end that has to stop somewhere.
LEAST_TIME = 0.1
# 13 of 20 batches with a reference picture; a quarter of 17 frames. The order is the same in every run.
_LONG, _SHORT = (9, 96), (5, 160)
PLAN = tuple(
    PoseBatch(*(_SHORT if turn % 4 == 3 else _LONG), reference=turn * 13 % 20 < 13) for turn in range(20)
)


@dataclass(frozen=True)
class PoseSettings:
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
    peak_rate: float = 6.0e-4
    save_every: float = 110.0
    team: Team = field(default_factory=Team)
    muon: bool = False


@torch.no_grad()
def start_from_base(model: WanVACETransformer3DModel, base: dict[str, Tensor]) -> None:
    """The base's blocks, and copies of those at `vace_layers` for control, which is not heard at first.

    Control is patched as noise is: the same code for the same latents. It enters beside the noisy tokens.
    """
    blocks: Any = model.vace_blocks
    missing, unexpected = model.load_state_dict(base, strict=False)
    if unexpected or any(not name.startswith("vace_") for name in missing):
        raise ValueError(f"not the base of this pose transformer: {unexpected or missing}")
    for block, layer in zip(blocks, model.config.vace_layers, strict=True):
        start = f"blocks.{layer}."
        copied = {name.removeprefix(start): v for name, v in base.items() if name.startswith(start)}
        block.load_state_dict(copied, strict=False)
        block.proj_out.weight.zero_()
        block.proj_out.bias.zero_()
    torch.nn.init.eye_(blocks[0].proj_in.weight)
    blocks[0].proj_in.bias.zero_()
    patch, channels = model.vace_patch_embedding, model.config.in_channels
    for half in range(2):
        patch.weight[:, half * channels : (half + 1) * channels] += base["patch_embedding.weight"]
    patch.bias.zero_()


def frozen_encoder(folder: Path, device: torch.device, *, tiny: bool) -> Callable[[Tensor], Tensor]:
    """Means of the finished VAE's latents, in float32."""
    vae = vae_of(checkpoint.weights_of(folder / VAE_CHECKPOINT), tiny=tiny).to(device).eval()
    whole = WholeClip(vae, fastest_norm(device))

    @torch.no_grad()
    def encode(clips: Tensor) -> Tensor:
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            return whole.encode(clips.contiguous())[0]

    return encode


class PoseStage:
    """Trains for a number of minutes and writes its checkpoint on the way."""

    def __init__(self, settings: PoseSettings) -> None:
        self.settings, self.team = settings, settings.team
        self.started = time.monotonic()
        self.device, self.path = settings.device, settings.folder / CHECKPOINT
        self.fast = self.device.type == "cuda"
        self.text: Any = build_text_encoder(tiny=settings.tiny)
        self.text.load_state_dict(checkpoint.weights_of(settings.folder / TEXT))
        self.text.to(self.device).eval().requires_grad_(False)
        self.progress = checkpoint.Progress()
        self.model = self._loaded()
        self.average = checkpoint.Average(self.model, 0.999)
        self.parameters = list(self.model.parameters())
        self.optimizer = make_optimizer(
            self.model.named_parameters(),
            muon=settings.muon, lr=1e-4, betas=(0.9, 0.98), weight_decay=0.01, fused=self.fast,
        )  # fmt: skip
        self.graphed = GraphedStep(
            self._losses, self.parameters, torch.tensor([1.0, 0.0], device=self.device)
        )
        self.own_steps = 0
        if self.progress.begin(settings.schedule) and checkpoint.load_state(
            self.path, self.model, self.average, self.optimizer
        ):
            self.own_steps = self.progress.steps
        self.total = self.progress.seconds + (settings.minutes + settings.later_minutes) * 60
        encode = frozen_encoder(settings.folder, self.device, tiny=settings.tiny)
        self.poses = PoseSet(settings.folder, self.device, encode)
        if self.fast:
            self._compile()

    def _loaded(self) -> WanVACETransformer3DModel:
        if found := checkpoint.load(self.path):
            weights = {key: value.float() for key, value in found[0].items()}
            model = pose_transformer_of(weights, tiny=self.settings.tiny)
            model.load_state_dict(weights)
            self.progress = found[1]
        else:
            weights = checkpoint.weights_of(self.settings.folder / BASE)
            model = pose_transformer_of(weights, tiny=self.settings.tiny)
            start_from_base(model, weights)
        model.to(self.device).train()
        self.team.same_weights([model])
        self.team.seed(self.progress.steps)
        return model

    def _compile(self) -> None:
        """Each kind of block once, for all layers; where the compiler fails, the plain way works."""
        torch._dynamo.config.recompile_limit = 64
        torch._dynamo.config.suppress_errors = True
        for block in [*self.model.blocks, *self.model.vace_blocks]:
            block.compile(dynamic=True)

    def run(self) -> None:
        """Train until the minutes, counted from the making of this stage, are over."""
        saved = logged = self.started
        before, samples, first = self.progress.seconds, 0, self.progress.steps
        losses: list[Tensor] = []
        # A rehearsal takes one step at least, on however busy a machine.
        while self.team.agree(time.monotonic() - self.started) < self.settings.minutes * 60 or (
            self.settings.tiny and self.progress.steps == first
        ):
            now = time.monotonic()
            self.progress.seconds = self.team.agree(before + now - self.started)
            losses.append(self._update(self.progress.seconds / self.total))
            samples += self._batch().samples
            if self.team.first and (now - logged > 15 or self.progress.steps - first in (5, 40)):
                logger.info(
                    "pose {:.0f} s, step {}, {:.1f} it/s, {:.0f} samples/s, loss {:.4f}, faces {:.4f}",
                    self.progress.seconds, self.progress.steps, len(losses) / (now - logged + 1e-3),
                    samples * self.team.size / (now - logged + 1e-3), *torch.stack(losses).mean(0).tolist(),
                )  # fmt: skip
                logged, samples, losses = now, 0, []
            if self.team.first and now - saved > self.settings.save_every:
                self._save()
                saved = now
        if self.team.first:
            self._save()
            checkpoint.save_state(self.path, self.model, self.average, self.optimizer)
        self.team.wait()

    def _batch(self) -> PoseBatch:
        batch = PLAN[self.progress.steps % len(PLAN)]
        full, scale = self.poses.full, self.settings.scale
        frames = full if batch.frames == _LONG[0] else (full + 1) // 2
        return PoseBatch(frames, max(2, int(batch.samples * scale)), batch.reference)

    @torch.no_grad()
    def inputs(self, part: PosePart) -> Inputs:
        """What one step needs: x0 (B, 48, T, h, w), its faces (B, T, h, w), noise like x0, times (B,) in
        0..1, control (B, 352, T, h, w) and text features (B, 64, text_dim). What is random is drawn here.
        """
        tokens, x0 = part.tokens, part.latents
        empty = torch.full_like(tokens, PAD_ID)
        empty[:, 0] = EOS_ID
        silent = torch.rand(len(tokens), 1, device=tokens.device) < EMPTY_SHARE
        tokens = torch.where(silent, empty, tokens)
        features = features_of(self.text, tokens, fast=self.fast)
        noise, times = torch.randn_like(x0), noise_levels(len(x0), x0.device)
        return x0, part.faces, noise, times, part.control, features.float()

    def _losses(self, inputs: Inputs) -> Tensor:
        """The loss of `inputs`, and that in faces alone, (2,)."""
        x0, faces, noise, times, control, features = inputs
        level = times.view(-1, 1, 1, 1, 1)
        noisy = (1 - level) * x0 + level * noise
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.fast):
            made = self.model(
                hidden_states=noisy,
                timestep=times * 1000,
                encoder_hidden_states=features,
                control_hidden_states=control,
                return_dict=False,
            )[0]
        error = (made.float() - x0).square().mean(1, keepdim=True) / level.clamp_min(LEAST_TIME).square()
        return torch.stack([(error * face_weights(faces)).mean(), mean_in_faces(error, faces)])

    def _update(self, done: float) -> Tensor:
        part = self.poses.draw(self._batch(), hard_share(done))
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(done, self.settings.peak_rate, self.own_steps)
        loss = self.graphed(self.inputs(part))
        self.team.average_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.average.update()
        self.progress.steps += 1
        self.own_steps += 1
        return loss

    def _save(self) -> None:
        self.progress.log.append({"seconds": round(self.progress.seconds), "steps": self.progress.steps})
        checkpoint.save(self.path, self.average.values, self.progress)

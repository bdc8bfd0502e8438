"""Stage 1: the VAE, on single frames, then on short clips, then on whole ones."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKLWan
from loguru import logger
from torch import Tensor

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.clips import Pool, PoolSize, render_bytes
from oelala.mini.recipe.control import control_like
from oelala.mini.recipe.critic import joined_gradient, load_critic
from oelala.mini.recipe.decoder import decoder_loss, freeze
from oelala.mini.recipe.muon import MuonAdamW
from oelala.mini.recipe.norm_silu import NormSilu, norm_silu
from oelala.mini.recipe.schedule import rate_at
from oelala.mini.recipe.team import SEEDS_EACH, Team
from oelala.mini.recipe.vae_loss import faces_and_hands, in_face_or_hand
from oelala.mini.recipe.whole_clip import WholeClip, encode_for, training_pass
from oelala.mini.recipe.widened import vae_of, widened, width_of
from oelala.mini.topology import build_vae
from oelala.mini.world.render import PLAIN
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.tiles import Shaders

CHECKPOINT = "vae"
FIRST_SCHEDULE = "first"
# Clips that no training seed reaches.
JUDGE_SEEDS = range(2_000_000_000, 2_000_000_012)
CONTROL_SHARE = 0.13
_DIVERGENCE_WEIGHT = 1e-5


@dataclass(frozen=True)
class Batch:
    """`clips` crops of `frames` frames, `crop` pixels wide."""

    clips: int
    frames: int
    crop: int


# (share of the schedule at which it ends, batches drawn from by turns): about ten megapixels each.
PLAN = (
    (0.10, (Batch(512, 1, 128),)),
    (0.40, (Batch(128, 5, 128), Batch(40, 17, 128), Batch(72, 9, 128), Batch(128, 1, 256))),
    (1.01, (Batch(10, 17, 256), Batch(20, 33, 128), Batch(5, 33, 256), Batch(40, 17, 128))),
)
# For weights that have seen all that, and for the decoder alone: clips as they are judged, close crops of
# faces, and some stills. Each size costs cuDNN ten seconds of choosing kernels.
RESUMED_PLAN = (
    (0.40, (Batch(72, 17, 96), Batch(10, 17, 256), Batch(20, 33, 128), Batch(128, 1, 256))),
    (1.01, (Batch(72, 17, 96), Batch(10, 17, 256), Batch(20, 33, 128))),
)
Plan = tuple[tuple[float, tuple[Batch, ...]], ...]


@dataclass(frozen=True)
class VaeSettings:
    """`minutes` for this run; `later_minutes` of the same `schedule` are left to later ones; `scale`
    shrinks batches for rehearsals; `decoder_only` leaves the encoder, and so all latents, as they are.
    """

    folder: Path
    minutes: float
    device: torch.device
    later_minutes: float = 0.0
    schedule: str = FIRST_SCHEDULE
    shaders: Shaders = PLAIN
    norm: NormSilu = norm_silu
    scale: float = 1.0
    tiny: bool = False
    peak_rate: float = 1.0e-3
    save_every: float = 180.0
    team: Team = field(default_factory=Team)
    decoder_only: bool = False

    @property
    def plan(self) -> Plan:
        """What is drawn when."""
        return PLAN if self.schedule == FIRST_SCHEDULE and not self.decoder_only else RESUMED_PLAN


class VaeStage:
    """Trains for a number of minutes and writes its checkpoint on the way."""

    def __init__(self, settings: VaeSettings) -> None:
        self.settings = settings
        self.started = time.monotonic()
        device = settings.device
        self.path = settings.folder / CHECKPOINT
        self.vae = build_vae(tiny=settings.tiny)
        self.progress = checkpoint.Progress()
        if found := checkpoint.load(self.path):
            weights, self.progress = found
            width = width_of(self.vae.state_dict())
            self.vae = vae_of(widened(weights, width, tiny=settings.tiny), tiny=settings.tiny)
        self.vae.to(device).train()
        self.average = checkpoint.Average(self.vae, 0.999)
        self.whole = WholeClip(self.vae, settings.norm)
        self.parameters = freeze(self.vae) if settings.decoder_only else list(self.vae.parameters())
        self.optimizer = MuonAdamW(
            self.vae.named_parameters(),
            lr=1e-4,
            betas=(0.9, 0.95),
            weight_decay=1e-4,
            fused=device.type == "cuda",
        )
        self.critic = load_critic(settings.folder, device, tiny=settings.tiny)
        self.apart: dict[str, Tensor] = {}
        self.own_steps = 0
        if self.progress.begin(settings.schedule) and checkpoint.load_state(
            self.path, self.vae, self.average, self.optimizer
        ):
            self.own_steps = self.progress.steps
        self.total = self.progress.seconds + (settings.minutes + settings.later_minutes) * 60
        self.team = settings.team
        self.team.seed(self.progress.steps)
        self.rng = np.random.default_rng([self.progress.steps, self.team.rank])
        # Drawn alike by all of a team: none waits for another one's slow batch.
        self.team_rng = np.random.default_rng(self.progress.steps)
        small = settings.scale < 1
        size = PoolSize(clips=2, first=1, num_frames=5, together=1) if small else PoolSize()
        first_seed = self.progress.next_seed + self.team.rank * SEEDS_EACH
        self.pool = Pool(size, device, first_seed, settings.shaders)
        judge = [random_clip(seed, held_out=True) for seed in list(JUDGE_SEEDS)[: 1 if small else 12]]
        self.judge, truth = render_bytes(judge, 5 if small else 17, device, settings.shaders)
        self.judge_joints = truth.joints

    def run(self) -> None:
        """Train until the minutes, counted from the making of this stage, are over."""
        start = time.monotonic()
        saved, logged, before = start, start, self.progress.seconds
        pixels = 0
        first = self.progress.steps
        # A rehearsal takes one step at least, on however busy a machine.
        while self.team.agree(time.monotonic() - self.started) < self.settings.minutes * 60 or (
            self.settings.tiny and self.progress.steps == first
        ):
            now = time.monotonic()
            self.progress.seconds = self.team.agree(before + now - start)
            done = self.progress.seconds / self.total
            batch = self._batch(done)
            loss = self._step(batch, done)
            pixels += batch.clips * batch.frames * batch.crop**2
            self.pool.refresh()
            if now - logged > 15 and self.team.first:
                speed = pixels / (now - logged) / 1e6
                logger.info(
                    "vae {:.0f} s, step {}, {:.1f} Mpx/s, loss {:.4f}, pool {}, render {:.0%}, apart {}",
                    self.progress.seconds, self.progress.steps, speed, float(loss), self.pool.next_seed,
                    self.pool.spent / max(now - self.pool.started, 1e-3),
                    {name: round(float(far), 4) for name, far in self.apart.items()},
                )  # fmt: skip
                logged, pixels = now, 0
            if now - saved > self.settings.save_every and self.team.first:
                self._save()
                saved = now
        if self.team.first:
            self._save()
            checkpoint.save_state(self.path, self.vae, self.average, self.optimizer)
        self.team.wait()

    def _batch(self, done: float) -> Batch:
        kinds = next(kinds for end, kinds in self.settings.plan if done < end or end > 1)
        batch = kinds[self.progress.steps % len(kinds)]
        scale = self.settings.scale
        if scale < 1:
            return Batch(max(1, int(batch.clips * scale)), min(5, batch.frames), 64)
        return batch

    def _step(self, batch: Batch, done: float) -> Tensor:
        crops = self.pool.crops(batch.clips, batch.frames, batch.crop)
        decoder_only = self.settings.decoder_only
        # The decoder never has to show control.
        control = not decoder_only and self.team_rng.random() < CONTROL_SHARE
        truth = control_like(crops.clips, crops.joints, self.rng) if control else crops.clips
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(done, self.settings.peak_rate, self.own_steps)
        with training_pass(self.settings.device, enabled=self.settings.scale == 1):
            mean, log_variance = encode_for(self.whole, truth, decoder_only=decoder_only)
            # What is judged is the mean: training comes to it, step by step.
            z = mean + (1 - min(done, 1.0)) * torch.randn_like(mean) * (0.5 * log_variance).exp()
            made = self.whole.decode(z).float()
            apart = {} if control or self.critic is None else self.critic(made, crops)
        extra = 0.0 if control else faces_and_hands(crops.joints, truth.shape[-1])
        loss = decoder_loss(made, truth, extra, done)
        self.optimizer.zero_grad(set_to_none=True)
        ends: list[tuple[Tensor, Tensor | None]] = [(made, joined_gradient(made, loss, apart))]
        if not decoder_only:
            divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
            ends.append((_DIVERGENCE_WEIGHT * divergence, None))
        torch.autograd.backward(*zip(*ends, strict=True))
        self.team.average_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.average.update()
        self.progress.steps += 1
        self.own_steps += 1
        if apart:
            self.apart = {name: far.detach() for name, far in apart.items()}
        return loss.detach()

    def _save(self) -> None:
        self.progress.next_seed = self.pool.next_seed
        # First: the end of a call may come before the score.
        checkpoint.save(self.path, self.average.values, self.progress)
        score = self.score()
        logger.info("vae {:.0f} s: held-out {}", self.progress.seconds, score)
        self.progress.log.append(
            {"seconds": round(self.progress.seconds), "steps": self.progress.steps, **score}
        )
        checkpoint.save(self.path, self.average.values, self.progress)

    @torch.no_grad()
    def score(self) -> dict[str, float]:
        """PSNR of the averaged weights, rounded to 16 bits, on held-out clips: whole, the last
        quarter, and faces and hands.
        """
        judge = build_vae(tiny=self.settings.tiny).to(self.settings.device)
        self.average.copy_to(judge)
        judge.load_state_dict({k: v.bfloat16().float() for k, v in judge.state_dict().items()})
        return psnr(judge.eval(), self.judge, self.judge_joints)


@torch.no_grad()
def psnr(vae: AutoencoderKLWan, clips: Tensor, joints: Tensor) -> dict[str, float]:
    """Mean PSNR in dB over clips uint8 (B, T, 3, H, W), by diffusers' own encode and decode; of their
    ends; and of faces and hands, by joints (B, T, 18, 2) in 0..1.
    """
    found: dict[str, list[float]] = {"psnr": [], "psnr_last_frames": [], "psnr_faces": []}
    for clip, points in zip(clips, joints, strict=True):
        x = (clip.transpose(0, 1).unsqueeze(0).float() / 127.5 - 1).to(vae.device)
        error = ((vae.decode(vae.encode(x).latent_dist.mode()).sample - x) / 2).square()
        faces = in_face_or_hand(points.unsqueeze(0).to(vae.device) * x.shape[-1], x.shape[-1])
        there = faces.expand_as(error)
        found["psnr"].append(_decibels(error))
        found["psnr_last_frames"].append(_decibels(error[:, :, -4:]))
        if there.any():
            found["psnr_faces"].append(_decibels(error[there]))
    return {name: round(float(np.mean(values)), 2) for name, values in found.items() if values}


def _decibels(error: Tensor) -> float:
    return -10 * float(error.mean().clamp_min(1e-9).log10())

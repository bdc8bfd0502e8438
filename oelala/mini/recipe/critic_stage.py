"""Before the VAE: the readers of faces and bodies that it is to learn from, on fresh renders."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from loguru import logger
from torch import Tensor

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.clips import Crops, Pool, PoolSize
from oelala.mini.recipe.critic import CHECKPOINT, Critic, cut_heads, showing_faces
from oelala.mini.recipe.readers import joint_maps
from oelala.mini.recipe.schedule import rate_at
from oelala.mini.recipe.team import SEEDS_EACH, Team
from oelala.mini.recipe.whole_clip import training_pass
from oelala.mini.world.render import PLAIN
from oelala.mini.world.tiles import Shaders

# Far from all others': readers must not have seen the people that the VAE then learns from.
FIRST_SEED = 1_500_000_000
# Heads a step; and bodies, by turns close and whole: (frames, crop).
_HEADS, _BODIES = 256, ((128, 128), (32, 256))
_RATE, _NOISE = 2e-3, 0.02
_LOGGED = 10.0


@dataclass(frozen=True)
class CriticSettings:
    """`minutes` of training, warming included; has no schedule that goes on later."""

    folder: Path
    minutes: float
    device: torch.device
    shaders: Shaders = PLAIN
    tiny: bool = False
    team: Team = field(default_factory=Team)


class CriticStage:
    """Trains both readers and writes them."""

    def __init__(self, settings: CriticSettings) -> None:
        self.settings = settings
        self.started = time.monotonic()
        self.team = settings.team
        # Everybody begins with the same weights, and sees other heads.
        torch.manual_seed(0)
        self.critic = Critic(tiny=settings.tiny).to(settings.device)
        fused = settings.device.type == "cuda"
        self.optimizer = torch.optim.AdamW(self.critic.parameters(), lr=_RATE, weight_decay=0.01, fused=fused)
        # Few clips of many people: a quarter of the time goes into new ones.
        size = PoolSize(clips=4000, first=768, num_frames=9, share=0.25, together=64)
        if settings.tiny:
            size = PoolSize(clips=2, first=1, num_frames=1, together=1)
        self.first_seed = FIRST_SEED + self.team.rank * SEEDS_EACH
        self.pool = Pool(size, settings.device, self.first_seed, settings.shaders)
        self.critic.faces.measure(self.pool.traits[: self.pool.filled].to(settings.device))
        self.team.same_weights([self.critic])
        self.team.seed(0)
        self.parameters = list(self.critic.parameters())
        self.steps = 0

    def run(self) -> None:
        """Train until the minutes are over; a rehearsal takes one step at least."""
        logged, losses = self.started, []
        while (spent := self._spent()) < self.settings.minutes * 60 or not self.steps:
            losses.append(self._step(spent / (self.settings.minutes * 60)))
            self.pool.refresh()
            if time.monotonic() - logged > _LOGGED and self.team.first:
                faces, bodies = torch.stack(losses).mean(0).tolist()
                logger.info(
                    "critic {:.0f} s, step {}, faces {:.3f} (1: knows nothing), bodies {:.4f}, pool {}",
                    spent, self.steps, faces, bodies, self.pool.next_seed - self.first_seed,
                )  # fmt: skip
                logged, losses = time.monotonic(), []
        if self.team.first:
            self._save()
        self.team.wait()

    def _spent(self) -> float:
        return self.team.agree(time.monotonic() - self.started)

    def _save(self) -> None:
        weights = {name: value.detach() for name, value in self.critic.state_dict().items()}
        checkpoint.save(self.settings.folder / CHECKPOINT, weights, checkpoint.Progress(steps=self.steps))

    def _step(self, done: float) -> Tensor:
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(done, _RATE, self.steps)
        tiny = self.settings.tiny
        heads = self.pool.crops(2 if tiny else _HEADS, 1, 256)
        count, crop = (2, 64) if tiny else _BODIES[self.steps % len(_BODIES)]
        with training_pass(self.settings.device, enabled=not tiny):
            faces, bodies = self._face_loss(heads), self._body_loss(self.pool.crops(count, 1, crop))
        self.optimizer.zero_grad(set_to_none=True)
        (faces + bodies).backward()
        self.team.average_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.steps += 1
        return torch.stack([faces.detach(), bodies.detach()])

    def _face_loss(self, crops: Crops) -> Tensor:
        every = torch.arange(len(crops.clips), device=crops.clips.device)
        heads = cut_heads(crops.clips, every, crops.joints[:, 0])
        _, said = self.critic.faces(heads + _NOISE * torch.randn_like(heads))
        error = (said.float() - self.critic.faces.wanted(crops.traits)).square().mean(1)
        shows = showing_faces(crops)
        return (error * shows).sum() / shows.sum().clamp_min(1)

    def _body_loss(self, crops: Crops) -> Tensor:
        frames = crops.clips[:, :, 0]
        _, maps = self.critic.bodies(frames + _NOISE * torch.randn_like(frames))
        truth = joint_maps(crops.joints[:, 0], frames.shape[-1])
        return F.binary_cross_entropy_with_logits(maps.float(), truth)

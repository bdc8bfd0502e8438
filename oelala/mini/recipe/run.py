"""The stages in one process, so that compiled code, worker processes and clips serve all of them."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch

from oelala.mini.recipe.clips import best_shaders
from oelala.mini.recipe.compiled import fastest_norm
from oelala.mini.recipe.farm import Farm
from oelala.mini.recipe.latent_set import shards
from oelala.mini.recipe.latents import LatentSettings, LatentStage, Tools
from oelala.mini.recipe.team import Team
from oelala.mini.recipe.transformer import TransformerSettings, TransformerStage
from oelala.mini.recipe.vae import VaeSettings, VaeStage
from oelala.mini.recipe.whole_clip import NormSilu

# More than that many of a kind are not made; all of them must fit into the GPU's memory.
LIMITS = {"clips": 40_000, "stills": 200_000}
# Of the VAE and of the transformer in a rehearsal.
_REHEARSAL_SCALE = 0.05


@dataclass(frozen=True)
class RunSettings:
    """`schedule` names the learning-rate schedule: a new name starts a warm restart from the weights in
    `folder`, the same name goes on with it. `tiny` rehearses on a processor. `workers` are for each GPU.
    """

    folder: Path
    schedule: str
    workers: int = 14
    tiny: bool = False
    team: Team = field(default_factory=Team)


class Run:
    """Stages on one device; every one takes the seconds that it may last."""

    def __init__(self, settings: RunSettings) -> None:
        self.settings = settings
        # Before the GPU is touched.
        self.farm = Farm(0 if settings.tiny else settings.workers)
        self.team = settings.team
        self.device = self.team.device
        self.scale = _REHEARSAL_SCALE if settings.tiny else 1.0

    @cached_property
    def tools(self) -> Tools:
        """Compiled when first needed."""
        return Tools(self.farm, best_shaders(self.device))

    @cached_property
    def norm(self) -> NormSilu:
        """The VAE's, compiled when first needed."""
        return fastest_norm(self.device)

    def prepare(self) -> None:
        """Compile the renderer now, so that no stage's seconds pay for it."""
        assert self.tools

    def vae(self, seconds: float, later: float = 0.0) -> None:
        """Stage 1."""
        one = self.settings
        VaeStage(
            VaeSettings(
                one.folder, seconds / 60, self.device, later / 60, one.schedule, self.tools.shaders,
                self.norm, self.scale, one.tiny, team=self.team,
            )
        ).run()  # fmt: skip
        self._free()

    def latents(self, kind: str, seconds: float) -> None:
        """Stage 2, for "clips" or "stills"."""
        limit = (4 if self.settings.tiny else LIMITS[kind]) // self.team.size
        settings = LatentSettings(
            self.settings.folder, seconds / 60, kind, limit, self.device, self.settings.tiny, self.team
        )
        LatentStage(settings, self.tools).run()
        self._free()

    def has_latents(self, kind: str) -> bool:
        """Whether an earlier call on this machine left any."""
        return bool(shards(kind, self.settings.folder))

    def transformer(self, seconds: float, later: float = 0.0) -> None:
        """Stage 3."""
        one = self.settings
        TransformerStage(
            TransformerSettings(
                one.folder,
                seconds / 60,
                self.device,
                later / 60,
                one.schedule,
                self.scale,
                one.tiny,
                team=self.team,
            )
        ).run()
        self._free()

    def close(self) -> None:
        """End the workers."""
        self.farm.close()
        self.team.close()

    def _free(self) -> None:
        self.team.wait()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

"""The stages in one process, so that compiled code, worker processes and clips serve all of them."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import torch

from oelala.mini.recipe.clips import best_shaders
from oelala.mini.recipe.critic_stage import CriticSettings, CriticStage
from oelala.mini.recipe.farm import Farm
from oelala.mini.recipe.fused import fastest_norm
from oelala.mini.recipe.latent_set import shards
from oelala.mini.recipe.latents import LatentSettings, LatentStage, Tools, tokenizer_of_all
from oelala.mini.recipe.norm_silu import NormSilu
from oelala.mini.recipe.pose import PoseSettings, PoseStage
from oelala.mini.recipe.pose_latents import PoseLatentStage
from oelala.mini.recipe.team import Team
from oelala.mini.recipe.text import TextSettings, TextStage
from oelala.mini.recipe.transformer import TransformerSettings, TransformerStage
from oelala.mini.recipe.vae import VaeSettings, VaeStage
from oelala.mini.recipe.wordings import WordingSettings, WordingStage
from oelala.mini.world.render import ROUGH

# More than that many of a kind are not made; all of them must fit into the GPU's memory.
LIMITS = {"clips": 40_000, "stills": 200_000, "poses": 40_000}
_FEW = {"clips": 4, "stills": 4, "poses": 2}
# The decoder starts from trained weights.
_DECODER_RATE = 6.0e-4
# Of the VAE and of the transformer in a rehearsal.
_REHEARSAL_SCALE = 0.05


@dataclass(frozen=True)
class RunSettings:
    """`schedule` names the learning-rate schedule: a new name starts a warm restart from the weights in
    `folder`, the same name goes on with it. `tiny` rehearses on a processor. `workers` are for each GPU.
    `muon`: the transformers learn by Muon too, as the VAE does.
    """

    folder: Path
    schedule: str
    workers: int = 14
    tiny: bool = False
    team: Team = field(default_factory=Team)
    muon: bool = False


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
        return Tools(self.farm, ROUGH if self.settings.tiny else best_shaders(self.device))

    @cached_property
    def norm(self) -> NormSilu:
        """Compiled when first needed."""
        return fastest_norm(self.device)

    def prepare(self) -> None:
        """Compile the renderer and the VAE's norm now, so that no stage's seconds pay for it."""
        assert self.tools
        assert self.norm is not None

    def text(self, seconds: float, later: float = 0.0) -> None:
        """Stage 0: has no schedule that goes on later."""
        one = self.settings
        tokenizer = tokenizer_of_all(one.folder, self.team, tiny=one.tiny)
        settings = TextSettings(
            one.folder, seconds / 60, self.device, tokenizer, tiny=one.tiny, team=self.team
        )
        TextStage(settings, self.farm).run()
        self._free()

    def wordings(self, seconds: float, later: float = 0.0) -> None:
        """After stage 3: on a processor, whatever else there is; has no schedule that goes on later."""
        WordingStage(WordingSettings(self.settings.folder, seconds / 60, self.settings.tiny)).run()

    def critic(self, seconds: float, later: float = 0.0) -> None:
        """Before stage 1: has no schedule that goes on later."""
        one, shaders = self.settings, self.tools.shaders
        CriticStage(
            CriticSettings(one.folder, seconds / 60, self.device, shaders, tiny=one.tiny, team=self.team)
        ).run()
        self._free()

    def vae(self, seconds: float, later: float = 0.0) -> None:
        """Stage 1."""
        one = self.settings
        settings = VaeSettings(
            one.folder, seconds / 60, self.device, later / 60, one.schedule, self.tools.shaders,
            scale=self.scale, tiny=one.tiny, team=self.team,
        )  # fmt: skip
        self._train_vae(settings)

    def decoder(self, seconds: float, later: float = 0.0) -> None:
        """Stage 5: the VAE's decoder alone; latents stay as they are."""
        one = self.settings
        settings = VaeSettings(
            one.folder, seconds / 60, self.device, later / 60, f"{one.schedule}-decoder", self.tools.shaders,
            scale=self.scale, tiny=one.tiny, team=self.team, peak_rate=_DECODER_RATE, decoder_only=True,
        )  # fmt: skip
        self._train_vae(settings)

    def _train_vae(self, settings: VaeSettings) -> None:
        VaeStage(replace(settings, norm=self.norm)).run()
        self._free()

    def latents(self, kind: str, seconds: float) -> None:
        """Stage 2, for "clips", "stills" or "poses"."""
        limit = (_FEW[kind] if self.settings.tiny else LIMITS[kind]) // self.team.size
        stage = PoseLatentStage if kind == "poses" else LatentStage
        settings = LatentSettings(
            self.settings.folder, seconds / 60, kind, limit, self.device, self.settings.tiny, self.team
        )
        stage(settings, self.tools).run()
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
                muon=one.muon,
            )
        ).run()
        self._free()

    def pose(self, seconds: float, later: float = 0.0) -> None:
        """Stage 4."""
        one = self.settings
        settings = PoseSettings(
            one.folder, seconds / 60, self.device, later / 60, one.schedule, self.scale, one.tiny,
            team=self.team, muon=one.muon,
        )  # fmt: skip
        PoseStage(settings).run()
        self._free()

    def close(self) -> None:
        """End the workers."""
        self.farm.close()
        self.team.close()

    def _free(self) -> None:
        self.team.wait()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

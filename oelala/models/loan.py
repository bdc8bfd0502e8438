"""What a borrower asks for, and what it gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from oelala.models.catalog import Row
from oelala.models.lora import LentLora
from oelala.models.planning import Plan
from oelala.models.preview_store import Preview
from oelala.models.prompts import Prompts
from oelala.models.speed import Quickening


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What to borrow: a catalog id, and the diffusers pipeline class to run it with.

    `values`: of the resolved task, which decide how much memory the work takes; without them that is guessed
    from the model's native size. `least_step`: of the ladder of plans, none before it; `frugal`: nothing on
    the card that can be done without. Both after memory ran out; `taught`: in an earlier job, not in this.
    """

    model: str
    pipeline: str = "WanPipeline"
    values: Mapping[str, Any] = field(default_factory=dict)
    least_step: int = 0
    frugal: bool = False
    taught: bool = False


@dataclass(frozen=True, slots=True)
class Loan:
    """A model for the length of one `with`.

    `hashes`: SHA-256 of every weight file, by its path inside the model. `preview` turns latents into
    pictures. `prompts` has the encoded prompts; where it knows all of them, the pipeline has no text encoder.
    `plan`: where the weights are; None on a processor. `speed`: how the transformers are quickened.
    `leaner`: an earlier try ran out of memory, and this one has less of the model on the card. `loras`: what
    is beside the weights.
    """

    pipeline: Any
    row: Row
    device: torch.device
    hashes: Mapping[str, str]
    preview: Preview
    prompts: Prompts
    plan: Plan | None = None
    speed: Quickening = field(default_factory=Quickening)
    leaner: bool = False
    loras: tuple[LentLora, ...] = ()

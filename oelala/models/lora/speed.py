"""The LoRA of few steps that a task has chosen, beside the model for a loan; and its scheduler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diffusers import LCMScheduler, UniPCMultistepScheduler
from loguru import logger

from oelala.errors import OelalaError
from oelala.models.catalog.installed import installation
from oelala.models.catalog.speed import LCM, UNIPC, SpeedLora, find_speed
from oelala.models.catalog.speed_choice import chosen_speed, require_speed
from oelala.models.lora.attach import attached
from oelala.models.lora.bind import AttachRequest
from oelala.models.lora.weights import read_lora
from oelala.models.plan import LoadPlan

_SCHEDULERS = {UNIPC: UniPCMultistepScheduler, LCM: LCMScheduler}
_FLOW: Mapping[str, Any] = {"prediction_type": "flow_prediction", "use_flow_sigmas": True}


@dataclass(frozen=True, slots=True)
class LentLora:
    """`files`: their SHA-256 by name."""

    id: str
    title: str
    strength: float
    files: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "title": self.title, "strength": self.strength, "files": dict(self.files)}


@contextmanager
def speed_lent(
    pipeline: Any, load: LoadPlan, values: Mapping[str, Any], models: Path, digest: Callable[[Path], str]
) -> Iterator[tuple[LentLora, ...]]:
    """With the LoRA that `values` choose beside the transformers of `pipeline`, if they choose one; with two
    experts each has its own file. `digest` tells the SHA-256 of a file.

    Raises InvalidTask ("unknown-speed"), ModelMissing ("speed-missing"), OelalaError as `read_lora` and
    `attached`.
    """
    lora = chosen_speed(load.row, values)
    if lora is None:
        yield ()
        return
    files = _files_of(lora, models)
    with ExitStack() as undo:
        for part, file in files.items():
            weights = read_lora(file, lora.unused)
            if weights.unused:
                logger.debug("{}: {} tensors are of no use to this model", file.name, len(weights.unused))
            dtype = load.parts[part].key.dtype
            request = AttachRequest(getattr(pipeline, part), weights, dtype, load.row.title, lora.strength)
            undo.enter_context(attached(request))
        hashes = {file.name: digest(file) for file in files.values()}
        yield (LentLora(lora.id, lora.title, lora.strength, hashes),)


def _files_of(lora: SpeedLora, models: Path) -> dict[str, Path]:
    require_speed(lora, models)
    found = installation(lora.row, models)
    if found is None:  # gone this very moment
        raise OelalaError("lora-broken", name=lora.title, reason="–")
    return dict(found.components)


def scheduler_for(scheduler: Any, values: Mapping[str, Any]) -> Any:
    """A fresh one for a clip: nothing of the last one's steps stays. With the LoRA that the task's `values`
    choose, the one that meets the noise levels that it was distilled at; else of the model's own kind."""
    lora, own = find_speed(values.get("speed")), {"flow_shift": values["flow_shift"]}
    if lora is None:
        return type(scheduler).from_config(scheduler.config, **own)
    kind = _SCHEDULERS[lora.scheduler]
    return kind.from_config(scheduler.config, **own, **(_FLOW if lora.scheduler == UNIPC else {}))

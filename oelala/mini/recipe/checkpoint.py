"""Checkpoints of the recipe: 16-bit averaged weights as safetensors beside a small JSON, never
half written.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn


@dataclass
class Progress:
    """How far a stage is: seconds trained, steps taken, next unused seed, and the log of scores."""

    seconds: float = 0.0
    steps: int = 0
    next_seed: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)


class Average:
    """Exponential moving average of a model's weights, in float32, slow only once training is under way."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay, self.count = decay, 0
        self.values = {name: value.detach().float().clone() for name, value in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Move towards the model's present weights."""
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        now = model.state_dict()
        mine = [value for value in self.values.values() if value.is_floating_point()]
        theirs = [now[name].float() for name, value in self.values.items() if value.is_floating_point()]
        torch._foreach_lerp_(mine, theirs, 1 - decay)

    def copy_to(self, model: nn.Module) -> None:
        """Put the averaged weights into `model`."""
        model.load_state_dict(
            {name: value.to(model.state_dict()[name].dtype) for name, value in self.values.items()}
        )


def save(path: Path, weights: dict[str, Tensor], progress: Progress) -> None:
    """Write `path`.safetensors in bfloat16 and `path`.json; a crash leaves the old pair."""
    path.parent.mkdir(parents=True, exist_ok=True)
    small = {name: value.to(torch.bfloat16).contiguous().cpu() for name, value in weights.items()}
    part = path.with_suffix(".safetensors.part")
    save_file(small, part)
    os.replace(part, path.with_suffix(".safetensors"))
    text = path.with_suffix(".json.part")
    text.write_text(json.dumps(asdict(progress)))
    os.replace(text, path.with_suffix(".json"))


def load(path: Path) -> tuple[dict[str, Tensor], Progress] | None:
    """What `save` wrote, or None where there is nothing yet. Weights alone are enough to go on."""
    weights = path.with_suffix(".safetensors")
    if not weights.exists():
        return None
    log = path.with_suffix(".json")
    progress = Progress(**json.loads(log.read_text())) if log.exists() else Progress()
    return load_file(weights), progress

"""Checkpoints of the recipe: 16-bit averaged weights as safetensors beside a small JSON, never
half written; and, for the same machine only, all that an interrupted schedule needs to go on.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

# What an optimizer may remember of a weight.
_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


@dataclass
class Progress:
    """How far a stage is: seconds of its present schedule, steps taken in all, next unused seed, and the
    log of scores.
    """

    seconds: float = 0.0
    steps: int = 0
    next_seed: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)
    schedule: str = ""

    def begin(self, schedule: str) -> bool:
        """Whether `schedule` goes on; a new one starts its seconds, and so its learning rate, anew."""
        if self.schedule == schedule:
            return True
        self.seconds, self.schedule = 0.0, schedule
        return False


class Average:
    """Exponential moving average of a model's weights, in float32, slow only once training is under way.

    It starts as the weights themselves, and forgets them fast at first: right for new and resumed weights.
    The model's tensors must stay where they are.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay, self.count = decay, 0
        now = model.state_dict()
        self.values = {name: value.detach().float().clone() for name, value in now.items()}
        floating = [name for name, value in self.values.items() if value.is_floating_point()]
        self._mine = [self.values[name] for name in floating]
        self._live = [now[name] for name in floating]

    @torch.no_grad()
    def update(self) -> None:
        """Move towards the model's present weights."""
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        torch._foreach_lerp_(self._mine, [value.float() for value in self._live], 1 - decay)

    @torch.no_grad()
    def restart(self, values: dict[str, Tensor], count: int) -> None:
        """Go on from `values` after `count` updates."""
        self.count = count
        for name, value in values.items():
            self.values[name].copy_(value)

    def copy_to(self, model: nn.Module) -> None:
        """Put the averaged weights into `model`."""
        model.load_state_dict(
            {name: value.to(model.state_dict()[name].dtype) for name, value in self.values.items()}
        )


def _write(path: Path, tensors: dict[str, Tensor]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    save_file(tensors, part)
    os.replace(part, path)


def save(path: Path, weights: dict[str, Tensor], progress: Progress) -> None:
    """Write `path`.safetensors in bfloat16 and `path`.json; a crash leaves the old pair."""
    small = {name: value.to(torch.bfloat16).contiguous().cpu() for name, value in weights.items()}
    _write(path.with_suffix(".safetensors"), small)
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


def weights_of(path: Path) -> dict[str, Tensor]:
    """The weights of a finished stage, in float32; FileNotFoundError where it never ran."""
    found = load(path)
    if found is None:
        raise FileNotFoundError(f"no checkpoint {path.name!r} in {path.parent}: run its stage first")
    return {name: value.float() for name, value in found[0].items()}


def save_state(path: Path, model: nn.Module, average: Average, optimizer: torch.optim.Optimizer) -> None:
    """Write `path`.state.safetensors: weights, average and moments in float32, too large to carry away."""
    tensors = {"count": torch.tensor(average.count)}
    for name, value in average.values.items():
        tensors[f"average.{name}"] = value.contiguous().cpu()
    for name, value in model.named_parameters():
        tensors[f"weight.{name}"] = value.detach().contiguous().cpu()
        for key, moment in optimizer.state[value].items():
            tensors[f"{key}.{name}"] = moment.contiguous().cpu()
    _write(path.with_name(f"{path.name}.state.safetensors"), tensors)


@torch.no_grad()
def load_state(path: Path, model: nn.Module, average: Average, optimizer: torch.optim.Optimizer) -> bool:
    """Go on exactly from what `save_state` wrote; False where there is nothing."""
    file = path.with_name(f"{path.name}.state.safetensors")
    if not file.exists():
        return False
    found = load_file(file)
    average.restart({name: found[f"average.{name}"] for name in average.values}, int(found["count"]))
    for name, value in model.named_parameters():
        value.copy_(found[f"weight.{name}"])
        moments = {key: found[f"{key}.{name}"] for key in _MOMENTS if f"{key}.{name}" in found}
        if moments:
            optimizer.state[value] = {
                key: moment.to(value.device) if key == "step" else torch.empty_like(value).copy_(moment)
                for key, moment in moments.items()
            }
    return True

"""Several GPUs of one machine that train one model: a process each, started by `torch.distributed.run`.

Every process draws its own clips, captions and noise; gradients are averaged at each step, and the first
process's clock decides for all when a stage ends.
"""

import os
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import nn

# So many seeds belong to one process: none of them renders what another one does.
SEEDS_EACH = 50_000_000
_PATIENCE = timedelta(minutes=30)


class Team:
    """This process among its `size` ones; `rank` 0 writes files. Alone, everything here does nothing."""

    def __init__(self) -> None:
        self.rank, self.size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
        cuda = torch.cuda.is_available()
        self.device = torch.device("cuda", self.rank) if cuda else torch.device("cpu")
        if cuda:
            torch.cuda.set_device(self.device)
            torch.backends.cudnn.benchmark = True
            # With ten candidates for each shape the VAE's first five steps took 85 s; likely ones come first.
            torch.backends.cudnn.benchmark_limit = 4
        if self.size > 1 and not dist.is_initialized():
            backend = "cuda:nccl,cpu:gloo" if cuda else "gloo"
            dist.init_process_group(backend, timeout=_PATIENCE)

    @property
    def first(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    def alone(self) -> "Team":
        """This process by itself, on its own device: for stages that train beside each other."""
        one = copy(self)
        one.rank, one.size = 0, 1
        return one

    def seed(self, step: int) -> None:
        """Draw other numbers than the others, and others than before."""
        torch.manual_seed(step * 64 + self.rank)

    def agree(self, value: float) -> float:
        """The first process's value."""
        if self.size > 1:
            shared = torch.tensor([value], dtype=torch.float64)
            dist.broadcast(shared, 0)
            return float(shared)
        return value

    def wait(self) -> None:
        """Until all have come here."""
        self.agree(0.0)

    def same_weights(self, models: Iterable[nn.Module]) -> None:
        """Give everybody the first process's weights."""
        if self.size > 1:
            for model in models:
                for value in model.state_dict().values():
                    dist.broadcast(value, 0)

    def average_gradients(self, parameters: Sequence[nn.Parameter]) -> None:
        """Replace the gradients by their mean over all processes; the same ones must be there everywhere."""
        if self.size == 1:
            return
        found = [parameter.grad for parameter in parameters if parameter.grad is not None]
        flat = torch.cat([grad.reshape(-1) for grad in found])
        dist.all_reduce(flat)
        flat /= self.size
        parts = flat.split([grad.numel() for grad in found])
        torch._foreach_copy_(found, [p.view(grad.shape) for p, grad in zip(parts, found, strict=True)])

    def close(self) -> None:
        """Leave in good order."""
        if self.size > 1 and dist.is_initialized():
            self.wait()
            dist.destroy_process_group()

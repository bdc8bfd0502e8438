"""One of a team of two, as `torch.distributed.run` starts them: by its environment."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import torch

from oelala.mini.recipe.call import Call, CallSettings, Part
from oelala.mini.recipe.team import Team


def train(root: Path) -> None:
    """Writes what it knows into a file named after its rank."""
    team = Team()
    team.seed(0)
    model = torch.nn.Linear(2, 1)
    team.same_weights([model])
    (model(torch.full((1, 2), 1.0 + 2 * team.rank))).sum().backward()
    team.average_gradients(list(model.parameters()))
    told = team.agree(7.0 + team.rank)
    folder = root / "call"
    # The second process was started five seconds earlier.
    started = time.monotonic() - 5 * team.rank
    call = Call(CallSettings((), started, 100.0, folder, folder, folder / "none", "first"))
    seconds = call.seconds_of(Part("vae")), call.seconds_of(Part("text", 3.0))
    assert seconds[1] == 3.0, seconds
    assert model.weight.grad is not None
    text = f"{model.weight.grad.tolist()} {model.weight.sum().item()} {seconds} {told}"
    (root / str(team.rank)).write_text(text)
    team.close()


if __name__ == "__main__":
    train(Path(sys.argv[1]))

"""Two processes train one model: equal weights, the mean of their gradients, one clock."""

import os
import subprocess
import sys
from pathlib import Path

import torch

from oelala.mini.recipe.team import Team

MEMBER = """
import torch
from oelala.mini.recipe.team import Team

team = Team()
team.seed(0)
model = torch.nn.Linear(2, 1)
team.same_weights([model])
(model(torch.full((1, 2), 1.0 + 2 * team.rank))).sum().backward()
team.average_gradients(list(model.parameters()))
told = team.agree(7.0 + team.rank)
print(team.rank, model.weight.grad.tolist(), model.weight.sum().item(), told, flush=True)
team.close()
"""


def test_two_agree(tmp_path: Path) -> None:
    script = tmp_path / "member.py"
    script.write_text(MEMBER)
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        str(script),
    ]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, env=env, check=True)
    first, second = sorted(line for line in done.stdout.splitlines() if line[:2] in ("0 ", "1 "))
    assert first[2:] == second[2:]
    assert "[[2.0, 2.0]]" in first
    assert first.endswith(" 7.0")


def test_alone_nothing_happens() -> None:
    team = Team()
    assert team.first
    assert team.agree(3.0) == 3.0
    layer = torch.nn.Linear(2, 1)
    team.same_weights([layer])
    team.average_gradients(list(layer.parameters()))
    team.close()

"""Two processes train one model: equal weights, the mean of their gradients, one clock."""

import os
import subprocess
import sys
from pathlib import Path

import torch

from oelala.mini.recipe.team import Team

MEMBER = """
import sys
import time
from pathlib import Path

import torch
from oelala.mini.recipe.call import Call, CallSettings, Part
from oelala.mini.recipe.team import Team

team = Team()
team.seed(0)
model = torch.nn.Linear(2, 1)
team.same_weights([model])
(model(torch.full((1, 2), 1.0 + 2 * team.rank))).sum().backward()
team.average_gradients(list(model.parameters()))
told = team.agree(7.0 + team.rank)
folder = Path(sys.argv[1], "call")
# The second process was started five seconds earlier.
started = time.monotonic() - 5 * team.rank
call = Call(CallSettings((), started, 100.0, folder, folder, folder / "none", "first"))
seconds = call.seconds_of(Part("vae")), call.seconds_of(Part("text", 3.0))
assert seconds[1] == 3.0, seconds
text = f"{model.weight.grad.tolist()} {model.weight.sum().item()} {seconds} {told}"
Path(sys.argv[1], str(team.rank)).write_text(text)
team.close()
"""


def test_two_agree(tmp_path: Path) -> None:
    script = tmp_path / "member.py"
    script.write_text(MEMBER)
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run(
        [*start, str(script), str(tmp_path)], timeout=100, env=env, check=True, capture_output=True
    )
    first, second = (tmp_path / "0").read_text(), (tmp_path / "1").read_text()
    assert first == second
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

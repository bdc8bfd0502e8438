"""Two processes train one model: equal weights, the mean of their gradients, one clock."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from oelala.mini.recipe.team import Team
from tests.mini import team_member


def test_two_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is this process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for name, value in {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RANK", "0")
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "RANK": "1"}
    command = [sys.executable, "-m", team_member.__name__, str(tmp_path)]
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE) as second_one:
        team_member.train(tmp_path)
        _, said = second_one.communicate(timeout=100)
    assert second_one.returncode == 0, said
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

"""LoRAs of few steps on the command line: listed, missed with a clear word, and planned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oelala.models.catalog import find
from oelala.terminal.main import main
from tests.models.folders import write_cached

LORA = find("lightx2v-wan2.1-t2v-14b")
MODEL = "wan2.1-t2v-14b"


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OELALA_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("OELALA_MODELS", str(tmp_path / "hub"))
    return tmp_path / "hub"


def test_they_are_listed_with_whether_they_are_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--language", "en"]) == 0
    (line,) = [one for one in capsys.readouterr().out.splitlines() if one.startswith(f"{LORA.id} ")]
    assert "0.63 GB" in line
    assert line.endswith("LoRA, 4 steps")
    assert main(["models", "--json"]) == 0
    models = {one["id"]: one for one in json.loads(capsys.readouterr().out)}
    (told,) = models[MODEL]["speeds"]
    assert (told["id"], told["on_disk"]) == (LORA.id, False)
    assert models["oelala-mini"]["speeds"] == []


def test_one_that_is_not_here_names_the_command_that_fetches_it(
    places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_cached(places, find(MODEL))
    task = ["generate", "text-to-video", "--model", MODEL, "--prompt", "a", "--json"]
    assert main([*task, "--speed", LORA.id]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["code"] == "speed-missing"
    assert f"models download {LORA.id}" in told["hint"]
    assert main([*task, "--speed", "nonsense"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["code"] == "unknown-speed"
    assert LORA.id in told["hint"]


def test_a_plan_with_it_counts_its_steps_and_its_download(capsys: pytest.CaptureFixture[str]) -> None:
    plans = []
    for more in ([], ["--speed", LORA.id]):
        main(["plan", "text-to-video", "--model", MODEL, "--json", *more])
        plans.append(json.loads(capsys.readouterr().out))
    plain, quick = plans
    assert quick["missing_bytes"] - plain["missing_bytes"] == LORA.bytes
    assert quick["peak_ram"] > plain["peak_ram"]

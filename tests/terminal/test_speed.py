"""LoRAs of few steps on the command line: listed, missed with a clear word, and planned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oelala.models.catalog import awaited_kinds, find, locate
from oelala.models.catalog.speed import speed_loras
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


def test_one_of_a_model_that_waits_for_its_kind_is_known(
    places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the model itself: listed, fetched on demand, checked and removed."""
    assert main(["models", "--language", "en"]) == 0
    listed = {one.split()[0]: one for one in capsys.readouterr().out.splitlines()}
    assert "0.13 GB" in listed["lcm-sd1.5"]
    assert listed["lcm-sd1.5"].endswith("LoRA, 4 steps, for portraits, which this version cannot make yet")
    assert listed[LORA.id].endswith("LoRA, 4 steps")
    assert "fastwan-ti2v-5b" not in listed, "no repository gives it"
    assert main(["models", "download", "lcm-sd1.5", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["code"], "--anyway" in told["hint"]) == ("no-use-yet", True)

    lcm = find("lcm-sd1.5")
    assert (lcm.repo, lcm.bytes) == ("latent-consistency/lcm-lora-sdv1-5", 134_621_556)
    assert main(["models", "verify", "lcm-sd1.5", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "model-missing"
    write_cached(places, lcm)
    assert main(["models", "download", "lcm-sd1.5"]) == 0
    assert "lcm-lora-sdv1-5" in capsys.readouterr().out, "it is here already"
    main(["models", "verify", "lcm-sd1.5", "--json"])
    assert json.loads(capsys.readouterr().out)["files"] == 1
    assert main(["models", "remove", "lcm-sd1.5"]) == 0
    assert locate(lcm, places) is None


def test_a_task_cannot_choose_it_yet() -> None:
    assert not speed_loras(find("sd1.5"))
    assert awaited_kinds("lcm-sd1.5") == find("sd1.5").kinds
    assert awaited_kinds(LORA.id) == awaited_kinds("nonsense") == ()

"""The table of scores: intervals, resuming, latents from elsewhere, and the whole way with a tiny model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from oelala.mini.evaluate.__main__ import judge, main, options_of, parse
from oelala.mini.evaluate.bench import Bench
from oelala.mini.evaluate.latents import LatentStore, ShardWriter, key_of
from oelala.mini.evaluate.options import Options
from oelala.mini.evaluate.results import PartResult, Row
from oelala.mini.evaluate.sampler import Sampler, psnr
from oelala.mini.evaluate.sheets import SIDE, Sheet
from oelala.mini.evaluate.statistics import Estimate, area_under_curve, mean_of, median_of, share_of, wilson
from oelala.mini.evaluate.table import line, table
from oelala.mini.topology import build_random, build_random_pose

FAST: dict[str, Any] = {
    "prompts": 2,
    "seeds": 1,
    "clips": 2,
    "runs": 1,
    "num_frames": 5,
    "steps": 1,
    "threads": 1,
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    build_random(folder, tiny=True)
    return folder


@pytest.fixture(scope="module")
def tiny_pose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pose")
    build_random_pose(folder, tiny=True)
    return folder


def test_wilson_is_the_known_interval() -> None:
    low, high = wilson(0.9, 100)
    assert (round(low, 4), round(high, 4)) == (0.8256, 0.9448)
    low, high = wilson(1.0, 20)
    assert (round(low, 3), high) == (0.839, 1.0)


def test_seeds_that_agree_count_once_and_independent_ones_fully() -> None:
    alone = share_of((number, float(number % 2)) for number in range(40))
    agreeing = share_of((number, float(number % 2)) for number in range(40) for _ in range(3))
    assert alone is not None
    assert agreeing is not None
    assert (agreeing.count, agreeing.groups) == (120, 40)
    assert agreeing.high - agreeing.low == pytest.approx(alone.high - alone.low, rel=0.02)
    rng = np.random.default_rng(0)
    free = share_of((number, float(rng.random() < 0.5)) for number in range(400) for _ in range(3))
    assert free is not None
    low, high = wilson(free.value, 1200)
    assert free.high - free.low == pytest.approx(high - low, rel=0.1)


def test_means_and_medians_have_intervals() -> None:
    mean = mean_of(enumerate([29.0, 31.0, 30.0, 30.0]))
    assert mean is not None
    assert mean.value == 30
    assert mean.high == pytest.approx(30 + 1.96 * np.std([29, 31, 30, 30], ddof=1) / 2)
    assert median_of([3.0, 1.0, 2.0]) == Estimate(2.0, 1.0, 3.0, 3, 3)
    assert share_of([]) is None
    assert mean_of([]) is None
    assert median_of([]) is None


def test_the_area_under_the_curve_counts_pairs_and_groups() -> None:
    points = np.array([[0.0], [0.1], [1.0], [1.1], [0.05], [1.05]])
    apart = area_under_curve(points, np.array([0, 0, 1, 1, 0, 1]))
    assert apart == Estimate(1.0, 1.0, 1.0, 6, 2)
    mixed = area_under_curve(points[:4], np.array([0, 1, 0, 1]))  # 1.0, 1.0 within; 0.1, 1.1, 0.9, 0.1 across
    assert mixed is not None
    assert mixed.value == pytest.approx(2 / 8)
    assert area_under_curve(points, np.zeros(6)) is None
    assert area_under_curve(points[:1], np.zeros(1)) is None


def test_psnr() -> None:
    truth = np.full((1, 4, 4, 3), 100, np.uint8)
    assert psnr(truth, truth) == 99
    assert psnr(truth + 10, truth) == pytest.approx(28.13, abs=0.01)


def test_a_part_goes_on_where_it_was_unless_the_model_is_another(tmp_path: Path) -> None:
    path = tmp_path / "vae.json"
    first = PartResult.open(path, {"model": "a"})
    first.rows = [Row("VAE, PSNR", "dB", Estimate(33, 32, 34, 9, 9), None, 32.0)]
    first.add("00000", {"psnr": 33.0})
    again = PartResult.open(path, {"model": "a"})
    assert list(again.missing(["00000", "00001"])) == ["00001"]
    assert PartResult.read(path).rows == first.rows
    assert PartResult.open(path, {"model": "b"}).items == {}


def test_the_table_says_what_is_reached_and_what_is_not_measured(tmp_path: Path) -> None:
    page = table(tmp_path)
    assert page.count("not measured") == 24
    result = PartResult.open(tmp_path / "pose.json", {"model": "abc"})
    result.rows = [Row("pose: PCK@0.05", "share", Estimate(0.79, 0.7, 0.86, 12, 12), reach=0.8)]
    result.note = "twelve motions"
    result.write()
    page = table(tmp_path)
    assert "| pose: PCK@0.05 | 79.0 % (70.0-86.0) |  | ≥ 80.0 % | **not yet** |" in page
    assert "* **pose**: twelve motions." in page
    assert "`abc`" in page
    slow = Row("speed, 17 frames", "s", Estimate(7.0, 6.5, 7.5, 5, 5), reach=8.0, at_least=False)
    assert line(slow) == "| speed, 17 frames | 7.0 s (6.5-7.5) |  | ≤ 8.0 s | reached |"
    ceiling = Row("world: body found", "share", None, Estimate(0.98, 0.9, 1, 9, 9), 0.99, of_renders=True)
    assert line(ceiling) == "| world: body found |  | 98.0 % (90.0-100.0) | ≥ 99.0 % | **not yet** |"


def test_latents_are_found_by_name_and_refused_from_another_model(tmp_path: Path) -> None:
    latents = torch.randn(48, 9, 16, 16)
    writer = ShardWriter(tmp_path / "given", "text", {"model": "a"})
    for number in range(70):
        writer.add(key_of("text", number), latents + number)
    writer.flush()
    shards = sorted((tmp_path / "given").iterdir())
    assert len(shards) == 2
    assert max(path.stat().st_size for path in shards) < 15_000_000
    store = LatentStore(tmp_path / "own", {"model": "a"}, tmp_path / "given")
    assert key_of("text", 70) not in store
    assert torch.allclose(store.get(key_of("text", 69)), latents + 69, atol=0.05)
    store.put(key_of("text", 70), latents)
    assert key_of("text", 70) in LatentStore(tmp_path / "own", {"model": "a"})
    assert key_of("text", 70) not in LatentStore(tmp_path / "own", {"model": "b"})
    with pytest.raises(ValueError, match="was made by"):
        LatentStore(tmp_path / "own", {"model": "b"}, shards[0])
    assert key_of("text", 0) not in LatentStore(tmp_path / "no", {"model": "b"}, shards[0], kinds=("pose",))


def test_sheets_put_strips_together(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path, "text", 2)
    assert sheet.write(3) is None
    for number in range(3):
        sheet.add(number, [np.full((256, 256, 3), 80 * number, np.uint8)] * 4)
    path = sheet.write(3)
    assert path is not None
    picture = np.asarray(Image.open(path))
    assert picture.shape == (2 * SIDE + 6, 8 * SIDE + 6, 3)
    assert picture[SIDE + 10, 5].tolist() == [160] * 3


def test_the_command_line() -> None:
    args = parse(["text", "action", "--prompts", "8", "--seeds", "2", "--model", "here"])
    assert options_of(args) == replace(Options(Path("here"), args.out), pose=args.pose, prompts=8, seeds=2)
    assert parse(["generate", "text", "pose"]).parts == ["generate", "text", "pose"]
    for words in (["nothing"], ["generate", "speed"], ["text", "generate"]):
        with pytest.raises(SystemExit):
            parse(words)


def test_a_batch_of_prompts_makes_the_same_clips_as_one_by_one(tiny: Path, tmp_path: Path) -> None:
    sampler = Sampler(Options(tiny, tmp_path, **FAST))
    both = sampler.from_text(["a man waves", "a woman in a red shirt"], [3, 4])
    assert both.shape == (2, 48, 2, 16, 16)
    assert torch.allclose(both[1:], sampler.from_text(["a woman in a red shirt"], [4]), atol=1e-4)
    assert sampler.decode(both[0]).shape == (5, 256, 256, 3)


def test_latents_go_from_one_machine_to_another(tiny: Path, tiny_pose: Path, tmp_path: Path) -> None:
    common: list[str] = [f"--{name}={value}".replace("_", "-") for name, value in FAST.items()]
    common += [f"--model={tiny}", f"--pose={tiny_pose}"]
    gpu, here = tmp_path / "gpu", tmp_path / "here"
    for _ in range(2):  # the second time there is nothing left to do
        main(["generate", *common, f"--out={gpu}", "--batch=2"])
    assert sorted(path.name for path in gpu.glob("*.safetensors")) == [
        "image-000.safetensors",
        "pose-000.safetensors",
        "text-000.safetensors",
    ]
    main(["sheets", "text", "pose", "size", *common, f"--latents={gpu}", f"--out={here}"])
    assert not (here / "latents").exists()
    sheets = {name: Image.open(here / f"{name}.png").size for name in ("text", "image", "pose")}
    assert sheets == {
        "text": (16 * SIDE + 18, SIDE),
        "image": (8 * SIDE + 6, SIDE),
        "pose": (12 * SIDE + 6, SIDE),
    }
    found = json.loads((here / "text.json").read_text(encoding="utf-8"))
    assert len(found["items"]) == 4
    ceiling = {row["what"]: row["renders"]["value"] for row in found["rows"]}
    assert ceiling["text: wall colour"] == 1
    assert ceiling["text: body found"] == 1
    page = (here / "SCORES.md").read_text(encoding="utf-8")
    assert "* **pose**: 2 unseen motions" in page
    assert "| size, pose | 0." in page


def test_without_a_pose_model_the_rest_is_measured(tiny: Path, tmp_path: Path) -> None:
    options = Options(tiny, tmp_path / "out", tmp_path / "no pose", **FAST)
    page = judge(options, ["size", "pose"], tmp_path / "SCORES.md")
    assert page == (tmp_path / "SCORES.md").read_text(encoding="utf-8")
    assert "| pose: PCK@0.05 | not measured |" in page


def test_a_part_stops_in_time_and_says_what_it_has(tmp_path: Path) -> None:
    with Bench(Options(tmp_path, tmp_path, minutes=0.0)) as bench:
        result = bench.result("vae", {})
        assert list(bench.turn(result, ["a", "b"])) == []
        result.add("b", {"psnr": 31.0})
        assert result.of(["a", "b"]) == [{"psnr": 31.0}]

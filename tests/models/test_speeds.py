"""What a machine has shown of its speed is kept, and planned with; no card is needed to try that."""

from __future__ import annotations

import json
import math
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from oelala.models.catalog import find
from oelala.models.hardware_here import Here
from oelala.models.json_store import write_json_quietly
from oelala.models.loading_speed import LoadingSpeed, file_bytes
from oelala.models.machine import process_age, torch_version
from oelala.models.nvidia import Gpu
from oelala.models.parts import PartKey
from oelala.models.plan import PlannedPart
from oelala.models.planning import PlanRequest, hardware_of, plan_run
from oelala.models.planning.attention import attention_file, attention_key, kept_backend, sampled_tokens
from oelala.models.planning.cards import card_flops, counted_flops
from oelala.models.planning.compiling import SECONDS
from oelala.models.planning.measured import Measured, as_measured
from oelala.models.speed import AttentionChoices
from oelala.models.speed.attention import AttentionShape
from oelala.models.speed.probe import probe_once
from oelala.models.speeds import keep_card, keep_speed, keep_uncompiled, read_speeds, speeds_file
from oelala.texts import LANGUAGES, say
from tests.models.planning.machines import machine

LAPTOP = Gpu("NVIDIA GeForce RTX 4070 Laptop GPU", 8 * 2**30, "580.65")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return speeds_file(tmp_path / ".oelala")


@pytest.mark.parametrize(
    ("name", "capability", "processors", "boost", "peak"),
    [
        ("NVIDIA GeForce RTX 3060", (8, 6), 28, 1.777e9, 25.5e12),
        ("NVIDIA GeForce RTX 4090", (8, 9), 128, 2.52e9, 165.2e12),
        ("NVIDIA GeForce RTX 5090", (12, 0), 170, 2.407e9, 209.5e12),
        ("NVIDIA GeForce RTX 2080 Ti", (7, 5), 68, 1.545e9, 53.8e12),
        ("NVIDIA RTX A6000", (8, 6), 84, 1.8e9, 154.8e12),
        ("NVIDIA A100-SXM4-80GB", (8, 0), 108, 1.41e9, 312e12),
        ("NVIDIA H100 80GB HBM3", (9, 0), 132, 1.83e9, 989e12),
        ("Tesla V100-SXM2-16GB", (7, 0), 80, 1.53e9, 125e12),
    ],
)
def test_what_a_chip_can_is_counted(
    name: str, capability: tuple[int, int], processors: int, boost: float, peak: float
) -> None:
    """Against the makers' figures for dense 16-bit products with 32-bit sums."""
    assert counted_flops(name, capability, processors, boost) == pytest.approx(peak, rel=0.01)


def test_what_the_driver_does_not_tell_is_not_counted() -> None:
    assert counted_flops("NVIDIA GeForce RTX 3060", (8, 6), 28, 0.0) is None
    assert counted_flops("NVIDIA GeForce RTX 9090", (14, 0), 200, 3e9) is None


def test_a_card_of_the_list_is_known_without_trying() -> None:
    known = card_flops("NVIDIA GeForce RTX 3060")
    assert known == card_flops("NVIDIA GeForce RTX 3060", measured=9e12) == 25.5e12 * 0.64
    assert card_flops("NVIDIA GeForce RTX 3060 Laptop GPU") is None
    assert card_flops("NVIDIA GeForce RTX 3060 Laptop GPU", measured=20e12) == 20e12 * 0.64
    assert card_flops("NVIDIA H100 PCIe", measured=500e12) == 500e12 * 0.64


def test_what_was_measured_is_of_that_card_and_driver(store: Path) -> None:
    keep_card(store, LAPTOP, 30e12, 12e9)
    assert read_speeds(store, LAPTOP) == Measured(flops=30e12, link=12e9)
    assert read_speeds(store, replace(LAPTOP, driver="590.1")) == Measured()
    assert read_speeds(store, replace(LAPTOP, name="another")) == Measured()
    assert read_speeds(store) == Measured()
    keep_card(store, replace(LAPTOP, driver="590.1"), 31e12, None)
    assert read_speeds(store, LAPTOP).flops == 30e12


def test_one_odd_figure_does_not_count(store: Path) -> None:
    for figure in (2e9, 2.2e9, 90e9, 1.9e9, math.nan, -1.0, 0.0, math.inf):
        keep_speed(store, "disk_read", figure)
    assert read_speeds(store).disk_read == pytest.approx(2.1e9)
    for _ in range(9):
        keep_speed(store, "disk_read", 5e9)  # a new disk
    assert read_speeds(store).disk_read == 5e9
    assert len(json.loads(store.read_text())["disk_read"]) == 9


@pytest.mark.parametrize(
    "known",
    [
        {"cards": []},
        {"cards": {"NVIDIA GeForce RTX 4070 Laptop GPU | driver 580.65": 3}, "start": 4},
        {"disk_read": ["fast"], "download": {"a": 1}, "saving": [None, True and "x"]},
    ],
)
def test_a_broken_file_tells_nothing(store: Path, known: dict[str, object]) -> None:
    write_json_quietly(store, known)
    assert read_speeds(store, LAPTOP) == Measured()
    keep_card(store, LAPTOP, 1e12, 1e9)
    keep_speed(store, "saving", 2.0)
    assert read_speeds(store, LAPTOP) == Measured(flops=1e12, link=1e9, saving=2.0)


def test_a_card_that_was_tried_is_planned_in_time() -> None:
    """Before: "known after the first clip", and nothing compiled until then."""
    row, hardware = find("wan2.1-t2v-14b"), hardware_of(machine(8, 64, LAPTOP.name))
    values = next(iter(row.defaults.values()))
    asked = PlanRequest(row, values, hardware, missing_bytes=69 * 10**9)
    blind = plan_run(asked)
    assert (blind.seconds, blind.compiled, blind.download_seconds) == (None, False, None)
    shown = Measured(flops=30e12, link=12e9, disk_read=1e9, download=30e6)
    seen = plan_run(replace(asked, hardware=as_measured(hardware, shown)))
    assert seen.seconds is not None
    assert seen.compiled
    assert seen.load == pytest.approx(2 * blind.load)  # 1 GB/s, where 2 are assumed
    assert seen.download_seconds == pytest.approx(2300)
    said = dict(seen.words)
    assert said["plan.download.timed"]["time"] == "38 min"
    for language in LANGUAGES:
        assert "38 min" in say("plan.download.timed", language, **said["plan.download.timed"])
    slow = plan_run(replace(asked, hardware=as_measured(hardware, replace(shown, flops=3e12))))
    assert slow.denoise is not None
    assert seen.denoise is not None
    assert slow.denoise - SECONDS == pytest.approx(10 * (seen.denoise - SECONDS))


def test_a_processor_keeps_what_it_is_assumed_to_be() -> None:
    hardware = hardware_of(machine(0, 64))
    assert as_measured(hardware, Measured(flops=1e12)).flops is None


def test_a_processor_is_not_tried(store: Path) -> None:
    probe_once(torch.device("cpu"), store)
    assert not store.exists()


def part(folder: Path, *, int8: bool = False, count: int = 10) -> PlannedPart:
    return PlannedPart(PartKey("transformer", "a", torch.bfloat16), folder, count, int8)


def test_real_loads_teach_the_disks_speed(store: Path, tmp_path: Path) -> None:
    """Files with a hole in them: a gigabyte that takes no room."""
    large, small = tmp_path / "large.safetensors", tmp_path / "small.safetensors"
    for path, size in ((large, 3 * 10**9), (small, 10**8)):
        path.touch()
        os.truncate(path, size)
    speed = LoadingSpeed()
    with speed.timed(part(large, int8=True, count=2 * 10**9), None):  # takes longer than reading
        time.sleep(0.02)
    assert speed.bytes == 0
    speed.keep(store)
    rounding = read_speeds(store).rounding
    assert rounding is not None
    assert 1e9 < rounding <= 2e9 / 0.02
    assert as_measured(hardware_of(machine(12, 24)), Measured(rounding=rounding)).rounding == rounding
    store.unlink()
    speed = LoadingSpeed()
    with speed.timed(part(small), None):
        time.sleep(0.01)
    speed.keep(store)
    assert not store.exists()
    with speed.timed(part(large), None):
        time.sleep(0.01)
    speed.keep(store)
    assert read_speeds(store).disk_read == pytest.approx(speed.bytes / speed.seconds)
    assert speed.bytes == 31 * 10**8


def test_weights_in_shards_count_whole(store: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        shard = tmp_path / f"model-{number:05d}-of-00002.safetensors"
        shard.touch()
        os.truncate(shard, 10**9)
    index = tmp_path / "model.safetensors.index.json"
    files = {str(number): f"model-{number:05d}-of-00002.safetensors" for number in (1, 2)}
    index.write_text(json.dumps({"metadata": {}, "weight_map": files}))
    assert file_bytes(index) == file_bytes(tmp_path) == 2 * 10**9


def test_what_attention_was_chosen_is_told_without_torch(tmp_path: Path) -> None:
    """By the file that the worker writes; here the processor plays the card, and measures."""
    shape = AttentionShape(tokens=500, heads=2, head_dim=16, dtype=torch.float32)
    chosen = AttentionChoices(attention_file(tmp_path)).kept(shape, torch.device("cpu"), "a card")
    known = json.loads(attention_file(tmp_path).read_text())
    assert kept_backend(known, "a card", torch_version(), 500) == chosen
    assert kept_backend(known, "another card", torch_version(), 500) is None
    assert kept_backend(known, "a card", "1.0", 500) is None
    assert kept_backend(known, "a card", torch_version(), 5000) is None
    start = attention_key("a card", torch_version(), sampled_tokens(500))
    two = {f"{start}64 torch.bfloat16": "native", f"{start}128 torch.bfloat16": "_native_cudnn"}
    assert kept_backend(two, "a card", torch_version(), 500) is None


def test_torch_tells_the_same_version() -> None:
    assert torch_version() == torch.__version__


def test_a_process_has_an_age() -> None:
    assert 0.0 < process_age() < 10**7


def test_a_compiler_that_failed_is_not_promised_again(store: Path) -> None:
    """Of this card, model and torch; what else is known of the card stays."""
    keep_card(store, LAPTOP, 3e13, 2e10)
    keep_uncompiled(store, LAPTOP, "wan2.1-t2v-14b", torch_version())
    keep_uncompiled(store, LAPTOP, "wan2.1-t2v-1.3b", "1.0")
    measured = read_speeds(store, LAPTOP)
    assert (measured.flops, measured.link) == (3e13, 2e10)
    here = Here(hardware_of(machine(12, 64)), measured, started=True)
    assert not here.abilities("wan2.1-t2v-14b").compiling
    assert here.abilities("wan2.1-t2v-1.3b").compiling, "another torch may do better"
    assert here.abilities("wan2.1-vace-14b").compiling
    assert not replace(here, compiles=False).abilities("wan2.1-vace-14b").compiling
    keep_card(store, LAPTOP, 4e13, 2e10)
    assert read_speeds(store, LAPTOP).uncompiled == measured.uncompiled
    assert read_speeds(store, replace(LAPTOP, driver="600.10")).uncompiled == {}
    asked = PlanRequest(find("wan2.1-t2v-14b"), {"num_inference_steps": 50}, here.hardware)
    assert plan_run(asked).compiled
    plan = plan_run(replace(asked, abilities=here.abilities("wan2.1-t2v-14b")))
    assert plan.fits
    assert not plan.compiled


@pytest.mark.parametrize("kept", [7, [1], {"wan": 3}, "wan"])
def test_broken_notes_of_the_compiler_tell_nothing(store: Path, kept: object) -> None:
    card = f"{LAPTOP.name} | driver {LAPTOP.driver}"
    write_json_quietly(store, {"cards": {card: {"uncompiled": kept}}})
    assert read_speeds(store, LAPTOP).uncompiled == {}

"""The plan: boundary values, and what must hold for every machine and every size."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from oelala.models.catalog import ROWS, Component, find
from oelala.models.planning import Abilities, Plan, ladder, next_step, plan_run, work_of
from oelala.models.planning.hardware import CARD_OVERHEAD
from oelala.models.planning.memory import is_gguf, part_sizes
from tests.models.planning.machines import EVERYTHING, GIB, WAN, machine, request, users_own

CHANCE = random.Random(7)
SIZES = [(320, 192, 5), (832, 480, 17), (832, 480, 81), (1280, 720, 81), (1280, 720, 161)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
@pytest.mark.parametrize("vram", [0, 8, 12, 80])
def test_never_less_than_the_weights_that_are_there(row: object, vram: int) -> None:
    for plan in ladder(request(row.id, machine(vram, 64))):  # type: ignore[attr-defined]
        sizes = {
            size.name: size.whole
            for size in part_sizes(find(plan.model), gpu=vram > 0, int8=plan.quantisation == "int8")
        }
        resident = sum(sizes[name] for name, place in plan.placements.items() if place == "resident")
        assert plan.resident_bytes == resident
        if vram:
            assert plan.peak_vram > resident + CARD_OVERHEAD
        else:
            assert plan.peak_vram == 0
        waiting = ("streamed", "processor")
        assert plan.peak_ram > sum(sizes[n] for n, place in plan.placements.items() if place in waiting)
        assert plan.placements.keys() == sizes.keys()


@pytest.mark.parametrize("model", WAN)
def test_a_larger_clip_never_needs_less(model: str) -> None:
    on = machine(12, 64)
    ladders = [
        ladder(request(model, on, width=width, height=height, num_frames=frames))
        for width, height, frames in SIZES
    ]
    for smaller, larger in pairwise(ladders):
        for before, after in zip(smaller, larger, strict=True):
            assert after.peak_vram >= before.peak_vram
            assert after.peak_ram >= before.peak_ram
            assert after.seconds is not None
            assert before.seconds is not None
            assert after.seconds >= before.seconds


@pytest.mark.parametrize("abilities", [EVERYTHING, Abilities()], ids=["everything", "now"])
@pytest.mark.parametrize("model", WAN)
def test_more_memory_never_makes_it_worse(model: str, abilities: Abilities) -> None:
    for _ in range(60):
        vram, ram = CHANCE.uniform(2, 90), CHANCE.uniform(4, 256)
        less = plan_run(request(model, machine(vram, ram), abilities))
        for more in (machine(vram + CHANCE.uniform(0, 40), ram), machine(vram, ram + CHANCE.uniform(0, 90))):
            plan = plan_run(request(model, more, abilities))
            assert plan.fits or not less.fits
            if less.fits:
                assert plan.step <= less.step


@pytest.mark.parametrize("model", WAN)
def test_what_fits_fits_to_the_byte(model: str) -> None:
    plan = plan_run(request(model, machine(12, 256)))
    assert plan.fits
    exact = request(model, machine(12, 256))
    for short in (0, 1):
        hardware = replace(exact.hardware, vram=plan.peak_vram - short)
        tight = ladder(replace(exact, hardware=hardware))[plan.step]
        assert tight.fits is (short == 0)
        hardware = replace(exact.hardware, ram=plan.peak_ram - short)
        assert ladder(replace(exact, hardware=hardware))[plan.step].fits is (short == 0)


def test_going_down_the_ladder_asks_less_of_the_card() -> None:
    for model in WAN:
        plans = ladder(request(model, machine(12, 64)))
        assert [plan.step for plan in plans] == list(range(len(plans)))
        plan: Plan | None = plans[0]
        seen = []
        while plan is not None:
            seen.append(plan.peak_vram)
            plan = next_step(plans, plan)
        assert len(seen) >= 3
        assert seen == sorted(set(seen), reverse=True)
        assert seen[-1] == min(plan.peak_vram for plan in plans)


def test_without_a_card() -> None:
    (plan,) = ladder(request("wan2.1-t2v-1.3b", machine(0, 64)))
    assert set(plan.placements.values()) == {"processor"}
    assert (plan.fits, plan.peak_vram, plan.streamed, plan.seconds) == (True, 0, False, None)
    assert not plan_run(request("wan2.1-t2v-1.3b", machine(0, 16))).fits
    assert plan_run(request("oelala-mini", machine(0, 4))).fits


def test_what_was_measured_elsewhere() -> None:
    """Peaks on an H100 with 12 GiB left, streaming two blocks: 2.6 and 5.3 GiB. Resident 329 s."""
    for frames, peak in ((17, 2.6), (81, 5.3)):
        asked = request("wan2.1-t2v-14b", machine(12, 128, "NVIDIA H100 80GB HBM3"), num_frames=frames)
        plan = next(one for one in ladder(asked) if one.placements["transformer"] == "streamed")
        large = next(size for size in part_sizes(asked.row, gpu=True) if size.name == "transformer")
        at_work = large.slice + work_of(asked.row, asked.values).activation_bytes
        assert at_work / GIB == pytest.approx(peak, rel=0.1)
        assert plan.peak_vram >= at_work
    resident = plan_run(request("wan2.1-t2v-14b", machine(80, 128, "NVIDIA H100 80GB HBM3")))
    assert resident.denoise == pytest.approx(329, rel=0.05)


def test_the_link_is_the_limit_for_short_clips_on_a_fast_card() -> None:
    """14B, 17 frames, weights passing twice a step: 1.02 s of copying, more than an H100 computes."""
    on = machine(12, 128, "NVIDIA H100 80GB HBM3")
    plan = plan_run(request("wan2.1-t2v-14b", on, num_frames=17, num_inference_steps=10))
    assert plan.placements["transformer"] == "streamed"
    assert plan.denoise == pytest.approx(10 * 1.03, rel=0.05)


def test_the_users_card() -> None:
    """Nothing is rounded while there is another way, in what a computer of 32 GB has free."""
    asked = replace(request("wan2.1-t2v-14b", machine(12, 32)), hardware=users_own())
    plan = plan_run(asked)
    assert plan.fits
    assert plan.peak_vram < 11.25 * GIB
    assert plan.ram == 29.5 * GIB
    # its files have 32 bits, so that it cannot be read from them block by block
    assert (plan.quantisation, plan.placements["transformer"]) == ("int8", "streamed")
    assert plan.placements["text_encoder"] == "from-disk"
    roomy = plan_run(replace(asked, hardware=users_own(30)))
    assert (roomy.fits, roomy.quantisation, roomy.placements["text_encoder"]) == (True, "none", "from-disk")
    assert not plan_run(request("wan2.1-t2v-14b", machine(12, 16))).fits
    without = replace(Abilities(), from_disk=False, int8=False)
    assert not plan_run(request("wan2.1-t2v-14b", machine(12, 32), without)).fits


def test_rounding_is_the_last_step_of_the_ladder() -> None:
    for model in WAN:
        said = [plan.quantisation for plan in ladder(request(model, machine(12, 64)))]
        assert said == ["none"] * (len(said) - 4) + ["int8"] * 4
    for model in ("oelala-mini", "svd"):
        assert {plan.quantisation for plan in ladder(request(model, machine(12, 64)))} == {"none"}


def test_rounding_leaves_room_to_decode_in_one_piece() -> None:
    """8 bits because main memory is short say nothing of the card: tiles take three times as long."""
    plan = plan_run(request("wan2.1-t2v-14b", machine(12, 24)))
    assert (plan.fits, plan.quantisation, plan.vae_tiling) == (True, "int8", False)
    tiled = next(
        one for one in ladder(request("wan2.1-t2v-14b", machine(12, 24))) if one.step == plan.step + 2
    )
    assert (tiled.quantisation, tiled.vae_tiling) == ("int8", True)
    assert plan.decode is not None
    assert tiled.decode == pytest.approx(3 * plan.decode)
    assert tiled.peak_vram <= plan.peak_vram < 12 * GIB
    # of a short clip decoding is what takes most
    short = request("wan2.1-t2v-14b", machine(12, 24), num_frames=17)
    need = plan_run(short).peak_vram
    full = plan_run(replace(short, hardware=replace(short.hardware, vram=need - 1)))
    assert (full.fits, full.quantisation, full.vae_tiling) == (True, "int8", True)


def test_rounding_takes_its_time_while_loading() -> None:
    asked = request("wan2.1-t2v-14b", machine(12, 24))
    plan, numbers = plan_run(asked), 14_288_491_584
    read = sum(size.read for size in part_sizes(asked.row, gpu=True) if size.name != "text_encoder") / 2e9
    assert plan.load == pytest.approx(read + numbers / 1.9e8)
    shown = replace(asked, hardware=replace(asked.hardware, rounding=4.8e8))
    assert plan_run(shown).load == pytest.approx(read - 57.154e9 / 2e9 + 57.154e9 / 1.92e9, rel=0.01)
    quick = replace(asked, hardware=replace(asked.hardware, rounding=1e12))
    assert plan_run(quick).load == pytest.approx(read), "no sooner than it is read"
    whole = plan_run(request("wan2.1-t2v-14b", machine(80, 128)))
    assert whole.load < plan.load, "what is not rounded takes no more than reading"


def test_only_files_that_hold_the_weights_as_they_are_run_from_disk() -> None:
    asked = request("wan2.1-t2v-14b", machine(12, 64), Abilities(int8=False))
    half = Component("transformer", 2 * 14_288_491_584, 14_288_491_584)
    for part, place in (
        (half, "from-disk"),
        (replace(half, bytes=4 * half.parameters), "streamed"),
        (replace(half, files=("wan.safetensors",)), "streamed"),
    ):
        row = replace(asked.row, components={**asked.row.components, "transformer": part})
        assert ladder(replace(asked, row=row))[-1].placements["transformer"] == place


def test_decoding_that_does_not_fit_is_tiled() -> None:
    plan = plan_run(request("wan2.1-t2v-1.3b", machine(6, 64), EVERYTHING))
    assert (plan.fits, plan.vae_tiling, plan.placements["transformer"]) == (True, True, "resident")


def test_gguf_is_as_large_as_its_file() -> None:
    asked = request("wan2.1-t2v-14b", machine(16, 64), Abilities())
    part = Component("transformer", 9 * 10**9, 14_288_491_584, path=Path("wan.gguf"))
    row = replace(asked.row, components={**asked.row.components, "transformer": part})
    plans = ladder(replace(asked, row=row))
    assert {plan.quantisation for plan in plans} == {"gguf"}
    assert plans[1].resident_bytes == 9 * 10**9 + 3 * row.components["vae"].parameters


@pytest.mark.parametrize("model", ["wan2.1-t2v-14b-gguf", "wan2.2-t2v-a14b-gguf", "wan2.2-i2v-a14b-gguf"])
def test_gguf_on_a_common_machine(model: str) -> None:
    """12 and 32 GB: it waits in main memory as it is; in 16 bits it is rounded, or read again and again."""
    plan = plan_run(request(model, machine(12, 32)))
    assert (plan.fits, plan.quantisation) == (True, "gguf")
    assert {plan.placements[name] for name in plan.placements if name.startswith("transformer")} == {
        "streamed"
    }
    files = [part.bytes or 0 for part in find(model).components.values() if is_gguf(part)]
    assert sum(files) < plan.peak_ram < 32 * GIB
    whole = plan_run(request(model.removesuffix("-gguf"), machine(12, 32)))
    assert whole.quantisation == "int8" or "from-disk" in whole.placements.values() or not whole.fits


def test_what_a_gguf_file_has_outside_its_blocks_is_not_small() -> None:
    """1.7 % of the numbers of Wan 14B, in 16 bits: three times their share of the file."""
    row = find("wan2.2-t2v-a14b-gguf")
    size = next(one for one in part_sizes(row, gpu=True) if one.name == "transformer")
    assert size.whole == 9_650_090_496
    assert 470_000_000 < size.rest < 480_000_000
    assert size.slice - size.rest == pytest.approx(2 * (size.whole - size.rest) / 40, abs=1)
    assert size.unpacking == int(7.2 * 5120 * 13824), "half a GB for a feed-forward of Wan 14B"
    plan = ladder(request(row.id, machine(8, 64)))[-1]
    assert (plan.vae_tiling, plan.placements["transformer"]) == (True, "streamed")
    activations = work_of(row, row.defaults["text-to-video"]).activation_bytes
    # of two experts one is at work, and the ring is as wide as the text encoder's blocks
    text = next(one for one in part_sizes(row, gpu=True) if one.name == "text_encoder")
    weights = plan.resident_bytes + 2 * size.rest + text.slice
    working = int((1 + EVERYTHING.lost) * (activations + size.unpacking))
    assert plan.peak_vram == weights + working + CARD_OVERHEAD


def test_the_disk_and_the_download() -> None:
    asked = request("wan2.1-t2v-1.3b", machine(32, 64, disk=10), missing_bytes=17 * 10**9)
    plan = plan_run(asked)
    assert (plan.fits, plan.disk_short) == (False, True)
    roomy = replace(asked, hardware=replace(asked.hardware, disk_free=10**12, download=10**7))
    assert plan_run(roomy).fits
    assert plan_run(roomy).download_seconds == 1700

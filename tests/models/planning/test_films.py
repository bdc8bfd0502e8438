"""Films that are whole in memory, on the card or beside it, and clips made in segments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from oelala.engines.sampling_animate import SEGMENT
from oelala.models.catalog import find
from oelala.models.planning import ladder, plan_run, work_of
from tests.models.planning.machines import GIB, machine, request

LONG: dict[str, Any] = {"width": 1280, "height": 720, "num_frames": 1001, "num_inference_steps": 20}
PIXELS = 1280 * 720


def test_a_long_clip_is_made_in_segments_of_which_one_is_at_work() -> None:
    animate = find("wan2.2-animate-14b")
    assert animate.compute is not None
    assert animate.compute.segment == SEGMENT
    one, fourteen = (work_of(animate, {**LONG, "num_frames": frames}) for frames in (77, 1001))
    assert one.tokens == fourteen.tokens == 80 * 45 * 21
    assert (one.steps, fourteen.steps) == (20, 14 * 20)
    assert one.activation_bytes == fourteen.activation_bytes
    assert fourteen.denoise_flops == 14 * one.denoise_flops
    assert fourteen.units == 13 * one.units


def test_its_films_are_on_the_card_all_the_time() -> None:
    animate = find("wan2.2-animate-14b")
    one, fourteen = (work_of(animate, {**LONG, "num_frames": frames}) for frames in (77, 1001))
    assert one.held_bytes == 12 * 77 * (PIXELS + 512 * 512)
    assert fourteen.held_bytes == 12 * 1001 * (PIXELS + 512 * 512) + 12 * PIXELS * (1001 - 77)
    behind = work_of(animate, {**LONG, "mode": "replace"})
    assert behind.held_bytes - fourteen.held_bytes == 16 * PIXELS * 1001
    assert fourteen.decode_bytes > 36 * PIXELS * 1001, "put together, and brought to 0 … 1"
    plan = plan_run(request(animate.id, machine(24, 128), **LONG))
    assert not plan.fits
    assert plan.peak_vram > 40 * GIB


def test_films_are_in_main_memory() -> None:
    """Drawn, turned to numbers, and gathered before anything is saved; without a motion a clip is encoded
    while it is decoded."""
    vace = find("wan2.1-vace-14b")
    size: dict[str, Any] = {"width": 832, "height": 480, "num_frames": 81}
    assert work_of(find("wan2.1-t2v-14b"), size).ram_bytes == 0
    assert work_of(vace, {**size, "motion": "dance"}).ram_bytes == 42 * 832 * 480 * 81
    assert work_of(vace, {**size, "image": "a.png", "last_image": "b.png"}).ram_bytes == 42 * 832 * 480 * 81
    joined = work_of(find("wan2.1-i2v-14b-480p"), {**size, "extend": "outputs/a.mp4"})
    assert joined.ram_bytes == 6 * 832 * 480 * 81
    assert work_of(find("wan2.2-animate-14b"), LONG).ram_bytes > 2.8e9
    asked = request("wan2.1-i2v-14b-480p", machine(12, 128), **size)
    followed = replace(asked, values={**asked.values, "extend": "outputs/a.mp4"})
    for before, after in zip(ladder(asked), ladder(followed), strict=True):
        assert after.peak_ram - before.peak_ram == 6 * 832 * 480 * 81
        assert after.peak_vram == before.peak_vram


def test_on_a_processor_the_films_are_there_too() -> None:
    (plan,) = ladder(request("wan2.2-animate-14b", machine(0, 256), **LONG))
    work = work_of(find("wan2.2-animate-14b"), LONG, gpu=False)
    assert plan.peak_ram > work.held_bytes + work.ram_bytes
    assert plan.peak_vram == 0


@pytest.mark.parametrize("model", ["wan2.1-t2v-14b", "oelala-mini", "svd"])
def test_others_have_none(model: str) -> None:
    work = work_of(find(model), {"num_frames": 9, "motion": None})
    assert (work.held_bytes, work.ram_bytes) == (0, 0)

"""Blocks are compiled for long jobs on a card, and the clips made teach how long compiling takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oelala.models.catalog import find
from oelala.models.planning import fit_speed, plan_run
from oelala.models.planning.compiling import SAVED, compiling_pays
from oelala.models.planning.learn import timing_of
from tests.models.planning.machines import EVERYTHING, machine, request
from tests.models.planning.test_learn import document


@pytest.mark.parametrize(
    ("denoise", "compiling", "pays"),
    [(300.0, None, False), (600.0, None, True), (60.0, 5.0, True), (40.0, 5.0, False), (0.0, 5.0, False)],
)
def test_what_it_saves_against_what_it_takes(denoise: float, compiling: float | None, pays: bool) -> None:
    assert compiling_pays(SAVED * denoise, compiling) is pays


def test_what_waits_for_copies_is_not_sooner_done() -> None:
    """17 frames of 14B on an H100 with 12 GiB: the link decides, so that there is nothing to save."""
    on = machine(12, 128, "NVIDIA H100 80GB HBM3")
    for steps in (10, 2000):
        plan = plan_run(request("wan2.1-t2v-14b", on, num_frames=17, num_inference_steps=steps))
        assert plan.placements["transformer"] == "streamed"
        assert (plan.compiled, plan.denoise) == (False, pytest.approx(steps * 1.03, rel=0.05))


def test_a_plan_compiles_long_jobs_on_a_card() -> None:
    card, none = machine(12, 64), machine(0, 64)
    assert plan_run(request("wan2.1-t2v-14b", card, num_inference_steps=50)).compiled
    assert not plan_run(request("wan2.1-t2v-1.3b", card, num_frames=5, num_inference_steps=4)).compiled
    assert not plan_run(request("wan2.1-t2v-14b", none, num_inference_steps=50)).compiled
    unable = replace(EVERYTHING, compiling=False)
    assert not plan_run(request("wan2.1-t2v-14b", card, unable, num_inference_steps=50)).compiled
    # nothing is known of this card
    assert not plan_run(
        request("wan2.1-t2v-14b", machine(12, 64, "A card of 2030"), num_inference_steps=50)
    ).compiled


def test_clips_teach_how_long_compiling_takes() -> None:
    timings = [timing_of(document(compile_seconds=seconds), find) for seconds in (0.5, 30.0, None, 20.0)]
    known = [one for one in timings if one is not None]
    assert [one.denoising for one in known] == [399.5, 370.0, 400.0, 380.0]
    speed = fit_speed(known, "wan2.1-t2v-1.3b", "cuda")
    assert (speed.compile_seconds, speed.usual_compile_seconds) == (30.0, 20.0)
    card = machine(48, 64, "A card of 2030")
    assert plan_run(request("wan2.1-t2v-1.3b", card, speed=speed)).compiled
    slow = replace(speed, compile_seconds=100.0)
    assert not plan_run(request("wan2.1-t2v-1.3b", card, speed=slow)).compiled


@pytest.mark.parametrize("compiling", [None, 40.0, 300.0])
def test_what_compiled_jobs_took_is_foretold_of_the_next(compiling: float | None) -> None:
    """Three of 6000 s each; the graph is found ready from the second on."""
    seconds = {"encoding": 0.0, "denoising": 5900.0, "decoding": 100.0}
    made = [
        document("wan2.1-t2v-14b", compiled=True, compile_seconds=one, seconds=seconds)
        for one in (compiling and 2.0, compiling and 2.0, compiling)
    ]
    timings = [timing for one in made if (timing := timing_of(one, find)) is not None]
    assert len(timings) == 3
    speed = fit_speed(timings, "wan2.1-t2v-14b", "cuda")
    asked = request("wan2.1-t2v-14b", machine(80, 128), speed=speed)
    plan = plan_run(replace(asked, values=asked.values | made[0]["task"], warm=True))
    assert plan.compiled
    assert plan.seconds == pytest.approx(6000, rel=0.01)


def test_compiling_that_took_longer_than_the_clip_is_not_believed() -> None:
    assert timing_of(document(compile_seconds=1000.0), find) is None
    assert timing_of(document(compile_seconds="long"), find) is None


def test_a_lossy_mode_is_said_and_never_on_by_itself() -> None:
    card = machine(12, 64)
    plain = plan_run(request("wan2.1-t2v-14b", card, num_inference_steps=50))
    assert plain.first_block_cache == 0
    assert "plan.lossy.first-block-cache" not in dict(plain.words)
    cached = plan_run(request("wan2.1-t2v-14b", card, num_inference_steps=50, first_block_cache=0.1))
    assert cached.first_block_cache == 0.1
    assert not cached.compiled
    assert "plan.lossy.first-block-cache" in dict(cached.words)

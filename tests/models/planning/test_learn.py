"""Learning from finished clips."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from oelala.models.catalog import find
from oelala.models.planning import Speed, Timing, fit_speed, plan_run, work_of
from oelala.models.planning.compiling import SAVED, SECONDS
from oelala.models.planning.learn import timing_of
from tests.models.planning.machines import machine, request

SMALL, LARGE = find("wan2.1-t2v-1.3b"), find("wan2.1-t2v-14b")


def document(model: str = "wan2.1-t2v-1.3b", **changes: Any) -> dict[str, Any]:
    task = {"kind": "text-to-video", "width": 832, "height": 480, "num_frames": 81, "num_inference_steps": 50}
    return {
        "model": {"id": model},
        "device": "cuda",
        "task": task | {"guidance_scale": 6.0},
        "seconds": {"encoding": 2.0, "denoising": 400.0, "decoding": 20.0, "loading": 9.0},
        **changes,
    }


def test_a_clip_teaches_its_speed() -> None:
    timing = timing_of(document(), find)
    assert timing is not None
    speed = fit_speed([timing], "wan2.1-t2v-1.3b", "cuda")
    assert speed.flops == pytest.approx(283e12 * 2 * 50 / 400, rel=0.01)
    plan = plan_run(request("wan2.1-t2v-1.3b", machine(48, 64, "A card of 2030"), speed=speed))
    assert plan.learned
    assert (plan.encode, plan.denoise, plan.decode) == pytest.approx((2.0, 400.0, 20.0))
    assert plan.seconds == pytest.approx(422.0 + plan.load)


def test_another_model_of_the_same_family_is_foretold() -> None:
    timing = timing_of(document(), find)
    assert timing is not None
    speed = fit_speed([timing], LARGE.id, "cuda")
    plan = plan_run(request(LARGE.id, machine(96, 128, "A card of 2030"), speed=speed))
    assert plan.denoise == pytest.approx((1 - SAVED) * 400 * 1676 / 282.8 + SECONDS, rel=0.01)
    assert plan.learned is False, "of this model itself nothing is known yet"
    assert plan_run(request(LARGE.id, machine(96, 128, "A card of 2030"))).seconds is None


def test_a_model_that_nobody_counted_is_learned_all_the_same() -> None:
    mini = find("oelala-mini")
    values = {"width": 256, "height": 256, "num_frames": 33, "num_inference_steps": 20, "guidance_scale": 3.0}
    timing = Timing(mini.id, "cpu", work_of(mini, values), 0.1, 12.0, 2.0)
    speed = fit_speed([timing], mini.id, "cpu")
    asked = request(mini.id, machine(0, 16), speed=speed, num_inference_steps=10)
    half = plan_run(replace(asked, warm=True))
    assert half.seconds == pytest.approx(0.1 + 6.0 + 2.0)


def test_other_devices_and_outliers_count_less() -> None:
    slow = timing_of(document(device="cpu"), find)
    timings = [
        timing_of(document(seconds={"encoding": 2, "denoising": seconds, "decoding": 20}), find)
        for seconds in (400, 401, 399, 5000, 400)
    ]
    known = [one for one in (slow, *timings) if one is not None]
    speed = fit_speed(known, SMALL.id, "cuda")
    assert speed.clips == 5
    assert speed.flops == pytest.approx(283e12 * 100 / 400, rel=0.01)
    assert fit_speed(known, SMALL.id, "other") == Speed()
    assert fit_speed([], SMALL.id, "cuda") == Speed()


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"model": {"id": "gone"}, "task": {}, "seconds": {}},
        document(seconds=7),
        document(seconds={"denoising": "fast"}),
        document(seconds={"denoising": -1.0}),
        document(task=None),
        {**document(), "model": None},
        document(task={"kind": "text-to-video", "width": "wide", "num_inference_steps": float("inf")}),
    ],
)
def test_what_does_not_tell_is_passed_over(broken: dict[str, Any]) -> None:
    assert timing_of(broken, find) is None


def test_only_plain_runs_are_learned_from() -> None:
    plain = timing_of(document(), find)
    assert plain is not None
    assert timing_of(document(lossy={"first_block_cache": 0.1}), find) is None
    assert timing_of(document(quantisation="int8"), find) is None
    other = timing_of(
        document(vae_tiling=True, prompts_known=True, compiled=True, compile_seconds=60.0), find
    )
    assert other is not None
    assert (other.encoding, other.decoding, other.compiling) == (0.0, 0.0, 60.0)
    assert other.denoising == pytest.approx((400 - 60) / (1 - SAVED))
    speed = fit_speed([other, plain], SMALL.id, "cuda")
    assert (speed.encode_seconds, speed.clips) == (2.0, 2)

"""Windows locks about half of its memory: what waits there is chosen by that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oelala.models.planning import Plan, ladder, plan_run
from oelala.models.planning.hardware import pinnable_bytes
from oelala.models.planning.memory import part_sizes
from tests.models.planning.machines import EVERYTHING, GIB, WAN, machine, request

RAM = 31.9


def on(platform: str, model: str, ram: float = RAM) -> tuple[Plan, ...]:
    asked = request(model, machine(12, ram))
    pinnable = pinnable_bytes(int(ram * GIB), platform)
    return ladder(replace(asked, hardware=replace(asked.hardware, pinnable=pinnable)))


def first_that_fits(plans: tuple[Plan, ...]) -> Plan:
    return next(plan for plan in plans if plan.fits)


def locked_bytes(plan: Plan) -> float:
    sizes = part_sizes(request(plan.model, machine(12, RAM)).row, gpu=True, int8=plan.quantisation == "int8")
    waiting = sum(size.whole for size in sizes if plan.placements[size.name] == "streamed")
    return EVERYTHING.pinned * waiting


def test_how_much_a_system_locks() -> None:
    assert pinnable_bytes(32 * 10**9, "win32") == 14_400_000_000
    assert pinnable_bytes(32 * 10**9, "linux") is None


@pytest.mark.parametrize("model", ["wan2.1-t2v-14b-gguf", "wan2.2-ti2v-5b"])
def test_the_text_encoder_makes_room_on_windows(model: str) -> None:
    """UMT5 has 11.4 GB and the transformer 10.1 and 10; 15.4 can be locked."""
    windows, linux = first_that_fits(on("win32", model)), first_that_fits(on("linux", model))
    assert (windows.placements["text_encoder"], windows.placements["transformer"]) == (
        "from-disk",
        "streamed",
    )
    assert locked_bytes(windows) <= 0.45 * RAM * GIB < locked_bytes(linux)
    assert (linux.placements["text_encoder"], linux.placements["transformer"]) == ("streamed", "streamed")
    assert (windows.step, windows.quantisation) == (linux.step, linux.quantisation)
    assert windows.peak_vram <= linux.peak_vram


def test_with_enough_memory_windows_plans_as_linux_does() -> None:
    for model in WAN:
        assert on("win32", model, 256) == on("linux", model, 256)


@pytest.mark.parametrize("model", WAN)
def test_nobody_is_refused_for_it(model: str) -> None:
    """What is not locked is copied all the same, only slower."""
    for ram in (16, 24, RAM, 64):
        windows, linux = on("win32", model, ram), on("linux", model, ram)
        assert len(windows) == len(linux)
        assert all(one.fits or not other.fits for one, other in zip(windows, linux, strict=True))
        assert plan_run(request(model, machine(12, ram))).fits == any(one.fits for one in linux)

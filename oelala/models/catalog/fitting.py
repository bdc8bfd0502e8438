"""Whether a model runs on a machine: at its own size, or else at a smaller one of the usual ones."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from oelala.models.catalog.row import Row
from oelala.models.machine import Machine
from oelala.models.planning.hardware import Abilities, Hardware, hardware_usually
from oelala.models.planning.ladder import ladder, plan_run
from oelala.models.planning.plan import Plan, PlanRequest
from oelala.models.planning.words import memory_size

Fits = Literal["yes", "streamed", "no"]
Verdict = tuple[Fits, str, dict[str, str]]

_PLENTY = 2**50  # bytes
# What people ask for below a model's own size, the largest first.
_USUAL = ((832, 480), (640, 384), (512, 320))


def fits_machine(row: Row, machine: Machine, system: str = sys.platform) -> Verdict:
    """On the largest card, streamed through it, or on the processor: "yes", "streamed", "no", with a key of
    `oelala.texts.catalog` and its values. One that fits at a smaller size only says at which. What is to be
    had of memory is what a plan finds there on a usual day under that `system`."""
    hardware, able = hardware_usually(machine, system), Abilities(compiling=machine.compiles)
    request = PlanRequest(row, next(iter(row.defaults.values()), {}), hardware, abilities=able)
    plan = plan_run(request)
    if plan.fits:
        return _fitting(request, plan)
    for width, height in smaller_sizes(row):
        smaller = plan_run(replace(request, values={**request.values, "width": width, "height": height}))
        if smaller.fits:
            values = _values(smaller) | {"size": f"{width} × {height}"}
            return "streamed" if smaller.streamed else "yes", f"fits.smaller.{_where(smaller)}", values
    return _too_large(request, plan)


@lru_cache(maxsize=256)
def least_memory(row: Row) -> int:
    """Bytes of a graphics card on which the model's own clip can be made, beside RAM for all that waits
    there: what the leanest of its plans takes."""
    card = Hardware("cuda", "", vram=_PLENTY, ram=_PLENTY, disk_free=_PLENTY)
    values = next(iter(row.defaults.values()), {})
    return min(plan.peak_vram for plan in ladder(PlanRequest(row, values, card)))


def smaller_sizes(row: Row) -> list[tuple[int, int]]:
    """Widths and heights below the model's own, that it takes: of those it was trained for, and the usual."""
    limits, own = row.sizes, row.sizes.native[0]
    fitting = {
        (width, height)
        for width, height in (*limits.native, *_USUAL)
        if width * height < own[0] * own[1]
        and width % limits.multiple == height % limits.multiple == 0
        and limits.smallest_side <= min(width, height)
        and max(width, height) <= limits.largest_side
    }
    # of two that are as large, the wide one
    return sorted(fitting, key=lambda size: (size[0] * size[1], size[0]), reverse=True)


def _where(plan: Plan) -> str:
    if plan.device == "cpu":
        return "cpu"
    return "rounded" if plan.quantisation == "int8" else "gpu"


def _fitting(request: PlanRequest, plan: Plan) -> Verdict:
    if plan.device == "cpu":
        return "yes", "fits.cpu", _values(plan)
    whole = _values(ladder(request)[0])
    if not plan.streamed:
        return "yes", "fits.gpu", whole
    if plan.quantisation == "int8":
        return "streamed", "fits.rounded", whole
    return "streamed", "fits.from-disk" if plan.reads_transformer else "fits.streamed", whole


def _too_large(request: PlanRequest, plan: Plan) -> Verdict:
    least = min(ladder(request), key=lambda one: one.peak_vram)
    if plan.device != "cpu" and least.peak_vram > least.vram:
        return "no", "fits.too-little-vram", _values(least)
    return "no", "fits.too-little-ram", _sizes(least.peak_ram, least.ram)


def _values(plan: Plan) -> dict[str, str]:
    return _sizes(plan.peak_ram, plan.ram) if plan.device == "cpu" else _sizes(plan.peak_vram, plan.vram)


def _sizes(need: int, have: int) -> dict[str, str]:
    return {"need": memory_size(need), "have": memory_size(have)}

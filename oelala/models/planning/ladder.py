"""The ladder of plans for one run, and the choice among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from oelala.models.planning.building import build_plan
from oelala.models.planning.plan import Plan, PlanRequest
from oelala.models.planning.rungs import rungs_of

Memory = Literal["graphics card", "main memory"]


def ladder(request: PlanRequest) -> tuple[Plan, ...]:
    """Every way the studio is able to do it, fastest first; none is left out for not fitting."""
    plans = [build_plan(request, rung) for rung in rungs_of(request)]
    return tuple(replace(plan, step=step) for step, plan in enumerate(plans))


def plan_run(request: PlanRequest, least_step: int = 0) -> Plan:
    """The fastest that fits, from `least_step` of the ladder on; where none does, the one that lacks
    least."""
    every = ladder(request)
    plans = every[least_step:] or every
    fitting = (plan for plan in plans if plan.fits)
    return next(fitting, min(plans, key=_lack))


def next_step(plans: Sequence[Plan], failed: Plan, full: Memory = "graphics card") -> Plan | None:
    """What to try after a real out-of-memory error: the next that takes less of what was full, and no more of
    the card; `plans` may be frugal where the one that failed was not, so that its own step comes again: steps
    mean the same in both.

    Predictions may be wrong; that the one that failed is too large is certain.
    """
    below = [plan for plan in plans if plan.step >= failed.step and plan.taken_vram <= failed.taken_vram]
    if full == "graphics card":
        return next((plan for plan in below if plan.taken_vram < failed.taken_vram), None)
    return next((plan for plan in below if plan.peak_ram < failed.peak_ram), None)


def _lack(plan: Plan) -> int:
    return max(0, plan.peak_vram - plan.vram) + max(0, plan.peak_ram - plan.ram)

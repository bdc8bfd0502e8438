"""What a run will need, told before it starts: pure functions of machine, model and task. No torch."""

from oelala.models.planning.hardware import Abilities, Hardware, hardware_now, hardware_of, hardware_usually
from oelala.models.planning.instead import Instead
from oelala.models.planning.ladder import Memory, ladder, next_step, plan_run
from oelala.models.planning.learn import Speed, Timing, fit_speed
from oelala.models.planning.plan import Plan, PlanRequest
from oelala.models.planning.rungs import Placement
from oelala.models.planning.work import Work, work_of

__all__ = [
    "Abilities",
    "Hardware",
    "Instead",
    "Memory",
    "Placement",
    "Plan",
    "PlanRequest",
    "Speed",
    "Timing",
    "Work",
    "fit_speed",
    "hardware_now",
    "hardware_of",
    "hardware_usually",
    "ladder",
    "next_step",
    "plan_run",
    "work_of",
]

"""A job that runs out of memory tries again with less of the model there, and says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from loguru import logger

from oelala.errors import OutOfMemory
from oelala.models.manager import Loan, ModelManager, ModelSpec, OnPart
from oelala.models.memory_faults import what_is_full

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Borrowing:
    """`on_part` hears of every part that is loaded, `on_retry` of every attempt after the first."""

    spec: ModelSpec
    on_part: OnPart
    on_retry: Callable[[], None]


def with_model(models: ModelManager, wish: Borrowing, work: Callable[[Loan], Result]) -> Result:
    """The result of `work` with the model, one step further down the ladder for each time memory runs out.
    What that came to is where the next such job begins.

    Raises what `work` and the manager raise; out of memory where nothing below asks for less, and OutOfMemory
    ("card-taken") where other programs leave too little of the card for anything below.
    """
    spec, failed = models.planner.taught(wish.spec), False
    while True:
        try:
            with models.use(spec, wish.on_part) as loan:
                result = work(loan)
            if failed:
                models.planner.remember(spec)
            return result
        except (RuntimeError, OutOfMemory, MemoryError, OSError) as fault:
            full = what_is_full(fault)
            if full == "graphics card" and (taken := models.planner.card_taken(spec)) is not None:
                raise taken from fault
            following = models.planner.leaner(spec, full) if full else None
            if following is None:
                raise
        # only here are the fault, its frames and the tensors they held gone
        spec, failed = following, True
        models.empty()
        logger.warning("out of memory ({}): trying again with less of the model there", full)
        wish.on_retry()

"""A job that runs out of the card's memory tries again with less on the card, and says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import torch
from loguru import logger

from oelala.errors import OutOfMemory
from oelala.models.manager import Loan, ModelManager, ModelSpec, OnPart

Result = TypeVar("Result")
_WORDS = ("out of memory", "CUBLAS_STATUS_ALLOC_FAILED")


@dataclass(frozen=True, slots=True)
class Borrowing:
    """`on_part` hears of every part that is loaded, `on_retry` of every attempt after the first."""

    spec: ModelSpec
    on_part: OnPart
    on_retry: Callable[[], None]


def with_model(models: ModelManager, wish: Borrowing, work: Callable[[Loan], Result]) -> Result:
    """The result of `work` with the model, one step further down the ladder for each time memory runs out.

    Raises what `work` and the manager raise; out of memory where nothing below asks for less.
    """
    spec = wish.spec
    while True:
        try:
            with models.use(spec, wish.on_part) as loan:
                return work(loan)
        except (RuntimeError, OutOfMemory) as fault:
            following = models.leaner(spec) if _is_out_of_memory(fault) else None
            if following is None:
                raise
        # only here are the fault, its frames and the tensors they held gone
        spec = following
        models.empty()
        logger.warning("out of memory on the graphics card: trying again with less of the model on it")
        wish.on_retry()


def _is_out_of_memory(fault: Exception) -> bool:
    if isinstance(fault, torch.OutOfMemoryError | OutOfMemory):
        return True
    return any(word in str(fault) for word in _WORDS)

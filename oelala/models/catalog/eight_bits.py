"""Weights in 8 bits as the user wants them: which models can, and what a machine lacks for it. No torch."""

from __future__ import annotations

from dataclasses import replace

from oelala.errors import InvalidTask, OelalaError
from oelala.models.catalog.row import Row
from oelala.models.machine import torch_reaches_cards
from oelala.models.nvidia import nvidia_gpus
from oelala.models.planning.rungs import can_be_int8
from oelala.tasks.base import Task

FIELD, AUTO, WISHED = "quantisation", "auto", "int8"


def with_quantisation(row: Row) -> Row:
    """The row with its value for the field: as the plan decides where its weights can be rounded, else none.

    A variant in other files has the field anew: GGUF is small already, and of single files it has to be known
    that they have each tensor.
    """
    own = AUTO if can_be_int8(row) else None
    return replace(row, defaults={kind: {**values, FIELD: own} for kind, values in row.defaults.items()})


def int8_obstacle() -> OelalaError | None:
    """What keeps this machine from it ("int8-needs-card"); None: nothing. On a processor weights are in 32
    bits, and nothing is planned."""
    has_card = torch_reaches_cards() and bool(nvidia_gpus())
    return None if has_card else OelalaError("int8-needs-card")


def refuse_int8(task: Task) -> None:
    """Raises InvalidTask, with the field, where it is wished for and cannot be had."""
    obstacle = int8_obstacle() if getattr(task, FIELD, None) == WISHED else None
    if obstacle is not None:
        raise InvalidTask(obstacle.code, field=FIELD, **obstacle.values)

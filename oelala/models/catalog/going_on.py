"""Which model can go on from a clip, and with which of the settings that it was made with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from oelala.errors import InvalidTask, OelalaError
from oelala.media.video import VideoSpec
from oelala.models.catalog.fields import carried_over, foreign_fields
from oelala.models.catalog.installed import locate
from oelala.models.catalog.lookup import own_prompts, rows
from oelala.models.catalog.resolve import check_size
from oelala.models.catalog.row import Row
from oelala.settings import Settings
from oelala.tasks.base import Task

_SAME_RATE = 0.05


def going_on(
    before: Mapping[str, Any], clip: VideoSpec, task: type[Task], settings: Settings
) -> dict[str, Any]:
    """Values of `task` for what follows the clip: its model's own where that can do it, else another model
    that makes this size and rate: one that is here first, then one of its family, then the nearest in size.

    `before`: the task that made the clip; empty for one of another program. Raises OelalaError
    ("cannot-continue") where no model makes such a clip.
    """
    size = {"width": clip.width, "height": clip.height}
    able = {row.id: row for row in rows(task.kind, settings)}
    if before.get("model") in able:
        return carried_over(before, task) | size
    made_by = next((row for row in rows(None, settings) if row.id == before.get("model")), None)
    fitting = [row for row in able.values() if _makes(row, clip, task.kind)]
    if not fitting:
        shape = f"{clip.width} × {clip.height}"
        raise OelalaError("cannot-continue", size=shape, rate=f"{clip.fps:g}")
    chosen = min(fitting, key=lambda row: _distance(row, made_by, settings))
    rate = {"fps": round(clip.fps)} if chosen.defaults[task.kind].get("fps") else {}
    return {"model": chosen.id, **size, **rate, **_prompt(before, chosen, task)}


def makes_size(row: Row, width: int, height: int) -> bool:
    """Whether the model makes clips of exactly that size, in pixels."""
    try:
        check_size(row, width, height)
    except InvalidTask:
        return False
    return True


def _makes(row: Row, clip: VideoSpec, kind: str) -> bool:
    """A clip that is not even in time has no rate of its own."""
    if row.last_image_needed or not makes_size(row, clip.width, clip.height):
        return False
    settable = bool(row.defaults[kind].get("fps"))
    rate = min(30, max(2, round(clip.fps))) if settable else row.fps
    return not clip.even or abs(rate - clip.fps) <= _SAME_RATE


def _distance(row: Row, made_by: Row | None, settings: Settings) -> tuple[bool, bool, float, bool, float]:
    """Less is nearer. Of variants of one model, one as the clip's own: the makers' files, or smaller ones."""
    absent = locate(row, settings.models) is None
    if made_by is None:
        return absent, False, 0.0, False, 0.0
    larger = _ratio(_parameters(row), _parameters(made_by))
    other = (row.base is None) != (made_by.base is None)
    return absent, row.family != made_by.family, larger, other, _ratio(row.bytes, made_by.bytes)


def _parameters(row: Row) -> int:
    return sum(part.parameters for part in row.components.values())


def _ratio(one: int, other: int) -> float:
    return abs(math.log(max(one, 1) / max(other, 1)))


def _prompt(before: Mapping[str, Any], row: Row, task: type[Task]) -> dict[str, str]:
    """The user's words, where the model reads any."""
    words = before.get("prompt")
    if not words or words in own_prompts() or "prompt" in foreign_fields(row, task):
        return {}
    return {"prompt": str(words)}

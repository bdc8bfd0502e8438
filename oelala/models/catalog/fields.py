"""Which fields of a task mean something to a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oelala.models.catalog.lookup import rows
from oelala.models.catalog.row import Row
from oelala.tasks.base import Task, fields_shown_as


def foreign_fields(row: Row, task: type[Task]) -> set[str]:
    """The fields that may be None and have to be: the row names no value of its own for them.

    A seed is no property of a model; whether it takes a last picture is (`Row.last_image`).
    """
    optional = {
        name for name, info in task.model_fields.items() if info.default is None and not info.is_required()
    }
    own = {name for name, value in row.defaults.get(task.kind, {}).items() if value is not None}
    own |= {"last_image"} if row.last_image else set()
    return optional - own - set(fields_shown_as(task, "seed"))


def carried_over(before: Mapping[str, Any], task: type[Task]) -> dict[str, Any]:
    """What of a former task's values means something to `task` with the same model; never the seed."""
    fresh = {"seed", "num_videos_per_prompt", "last_image", "focus_x", "focus_y"}
    able = any(row.id == before.get("model") for row in rows(task.kind))
    wanted = task.model_fields.keys() - fresh if able else {"prompt"}
    return {name: value for name, value in before.items() if name in wanted and value is not None}

"""Which fields of a task mean something to a model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

from oelala.models.catalog.lookup import defaults_of
from oelala.models.catalog.row import Row
from oelala.tasks.base import Task

# What is asked for, whoever makes it; the rest is how one model does that.
_WISH = (
    "prompt",
    "extend",
    "avatar",
    "image",
    "last_image",
    "framing",
    "focus_x",
    "focus_y",
    "last_focus_x",
    "last_focus_y",
    "motion",
    "motion_start",
    "motion_end",
    "motion_fps",
    "motion_width",
    "motion_height",
    "person",
    "bones",
    "pose_scale",
    "shift_x",
    "shift_y",
    "seed",
    "num_videos_per_prompt",
)
AnyTask = TypeVar("AnyTask", bound=Task)


def foreign_fields(row: Row, task: type[Task]) -> set[str]:
    """The fields that have to stay empty: the row names no value of its own for them.

    What is wished for is no property of a model; whether it takes a last picture is (`Row.last_image`), and
    whether it reads a prompt.
    """
    optional = {
        name for name, info in task.model_fields.items() if info.default is None and not info.is_required()
    }
    own = {name for name, value in row.defaults.get(task.kind, {}).items() if value is not None}
    own |= {"last_image"} if row.last_image else set()
    unread = {"prompt"} & task.model_fields.keys() if "text_encoder" not in row.components else set()
    return optional - own - (set(_WISH) - {"last_image"}) | unread


def carried_over(before: Mapping[str, Any], task: type[Task]) -> dict[str, Any]:
    """What of a former task's values means something to `task` with the same model; never the seed."""
    ends = {"extend", "last_image", "focus_x", "focus_y", "last_focus_x", "last_focus_y"}
    wanted = task.model_fields.keys() - ends - {"seed", "num_videos_per_prompt"}
    return {name: value for name, value in before.items() if name in wanted and value is not None}


def for_model(task: AnyTask, row: Row) -> AnyTask:
    """The same wish for another model, which fills in the rest; of its own sizes the one nearest in shape.

    Raises InvalidTask ("cannot-do").
    """
    defaults_of(row, task.kind)
    taken = set(_WISH) & type(task).model_fields.keys() - foreign_fields(row, type(task))
    values = {name: getattr(task, name) for name in taken}
    width, height = getattr(task, "width", None), getattr(task, "height", None)
    if width and height:
        ratio = math.log(width / height)
        nearest = min(row.sizes.native, key=lambda size: abs(math.log(size[0] / size[1]) - ratio))
        values |= {"width": nearest[0], "height": nearest[1]}
    return type(task)(**{**values, "model": row.id})

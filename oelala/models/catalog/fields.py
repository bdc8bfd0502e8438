"""Which fields of a task mean something to a model."""

from __future__ import annotations

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

"""What a form needs to know of a task's fields, read from the task class itself."""

from __future__ import annotations

from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from oelala.tasks.base import Task

# What a field of something that can be left away says while it is.
OFF = (None, False, "", "auto")


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as the form shows it. `least` and `most` are its bounds, None where it has none.

    `choices`: the values of a field that takes a few words only.
    """

    name: str
    widget: str
    advanced: bool
    step: float | None
    least: float | None
    most: float | None
    max_length: int | None
    default: Any
    choices: tuple[str, ...]


def fields_of(task: type[Task]) -> list[FormField]:
    """The fields a form shows, in the order of the class."""
    return [_read(name, info) for name, info in task.model_fields.items() if _extra(info)]


def _read(name: str, info: Any) -> FormField:
    extra = _extra(info)
    bounds = {key: _bound(info, key) for key in ("ge", "gt", "le", "lt", "max_length")}
    step = extra.get("step")
    least = bounds["ge"]
    if least is None and bounds["gt"] is not None:
        least = bounds["gt"] + (step or 0)
    return FormField(
        name=name,
        widget=extra["widget"],
        advanced=extra["advanced"],
        step=step,
        least=least,
        most=bounds["le"] if bounds["le"] is not None else bounds["lt"],
        max_length=bounds["max_length"],
        default=None if info.is_required() else info.default,
        choices=_choices(info.annotation),
    )


def _choices(annotation: Any) -> tuple[str, ...]:
    """Of `Literal[…]`, also where it may be None."""
    kinds = get_args(annotation) if get_origin(annotation) in (UnionType, Union) else (annotation,)
    return next((get_args(kind) for kind in kinds if get_origin(kind) is Literal), ())


def _extra(info: Any) -> dict[str, Any]:
    extra = info.json_schema_extra
    return extra if isinstance(extra, dict) and "widget" in extra else {}


def _bound(info: Any, key: str) -> Any:
    """Pydantic keeps each bound as an object of its own with one attribute."""
    return next((getattr(part, key) for part in info.metadata if hasattr(part, key)), None)

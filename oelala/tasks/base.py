"""What every task is: frozen data with bounds, JSON in and out, and a lane."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

Lane = Literal["gpu", "light"]


class Task(BaseModel):
    """What the user asked for. Bounds here hold for every model; `None` means "the model's default".

    A field's `json_schema_extra` says how it is shown (see `shown`); its texts are `field.<name>` (label) and
    `field.<name>.help` in `oelala.texts.tasks`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)

    kind: ClassVar[str]
    lane: ClassVar[Lane] = "gpu"
    internal: ClassVar[bool] = False

    model: str


Widget = Literal[
    "text",
    "long_text",
    "model",
    "speed",
    "size",
    "length",
    "integer",
    "number",
    "slider",
    "seed",
    "switch",
    "choice",
    "image",
    "avatar",
    "clip",
    "motion",
    "unseen",
]


def shown(widget: Widget, *, advanced: bool = False, step: float | None = None) -> dict[str, Any]:
    """How `ui/form.py` shows a field: its widget, whether it sits behind "Advanced", a slider's step.

    An "unseen" number or word is set by the page's scripts.
    """
    return {"widget": widget, "advanced": advanced, "step": step}


def fields_shown_as(task: type[Task], widget: Widget) -> list[str]:
    """The names of the fields with that widget, in the order of the class."""
    extras = {name: info.json_schema_extra for name, info in task.model_fields.items()}
    return [
        name for name, extra in extras.items() if isinstance(extra, dict) and extra.get("widget") == widget
    ]

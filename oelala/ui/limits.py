"""What a model says about the fields of a form: its note, its own sizes, steps, the longest clip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oelala.ui.i18n import Say
from oelala.ui.model_field import note, prompt_help
from oelala.ui.speed_field import FIELD as SPEED
from oelala.ui.speed_field import speed_shape
from oelala.ui.widgets import Widgets

if TYPE_CHECKING:
    from oelala.models.catalog import ModelStatus

Changes = dict[Any, dict[str, Any]]


def limits_of(model: ModelStatus, widgets: Widgets, text: Say, speed: str | None = None) -> Changes:
    """{component: properties}; `text` translates a key. `speed`: the chosen LoRA of few steps."""
    fields, sizes = widgets.fields, model.sizes
    changes: Changes = {fields["model"]: {"info": note(model, text)}}
    if "prompt" in fields:
        changes[fields["prompt"]] = {"info": text(prompt_help(model))}
    if "num_frames" in fields:
        free = sizes["frame_step"] == 1
        words = text("form.frames.any", largest=sizes["largest_num_frames"]) if free else None
        changes[fields["num_frames"]] = {"info": words or text("field.num_frames.help")}
    if SPEED in fields:
        changes[fields[SPEED]] = speed_shape(model, speed, text)
    for name, step in (
        ("width", sizes["multiple"]),
        ("height", sizes["multiple"]),
        ("num_frames", sizes["frame_step"]),
    ):
        if name in fields:
            changes.setdefault(fields[name], {})["step"] = step
    return changes | _of_helpers(sizes, widgets.extras, text)


def _of_helpers(sizes: Mapping[str, Any], extras: Mapping[str, Any], text: Say) -> Changes:
    changes: Changes = {}
    if "size" in extras:
        limits = {key: sizes[key] for key in ("multiple", "smallest_side", "largest_side")}
        native = [size_text(*size) for size in sizes["native"]]
        changes[extras["size"]] = {
            "choices": [(size, size) for size in native],
            "info": text("form.size.help", **limits),
        }
    if "seconds" in extras:
        longest = seconds_of(sizes["largest_num_frames"], sizes["fps"])
        changes[extras["rate"]] = {"value": sizes["fps"]}
        changes[extras["frame_step"]] = {"value": sizes["frame_step"]}
        changes[extras["seconds"]] = {"info": text("form.seconds.help", fps=sizes["fps"], longest=longest)}
    return changes


def size_text(width: int, height: int) -> str:
    return f"{width} × {height}"


def seconds_of(num_frames: int, fps: float) -> float:
    """33 frames at 16 a second run from 0 to 2 seconds."""
    seconds = round((num_frames - 1) / fps, 2)
    return int(seconds) if seconds.is_integer() else seconds

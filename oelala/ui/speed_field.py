"""What the page tells of a model's LoRAs of few steps at their field, and what choosing one changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oelala.studio import human_bytes
from oelala.ui.i18n import Say

if TYPE_CHECKING:
    from oelala.models.catalog import ModelStatus, SpeedStatus

FIELD = "speed"


def speed_shape(model: ModelStatus, chosen: str | None, text: Say) -> dict[str, Any]:
    """The list's choices, and the line under it: with the download that the chosen one still needs."""
    named = [(_label(one, text), one.id) for one in model.speeds]
    about = text(f"field.{FIELD}.help")
    one = speed_of(model, chosen)
    if one is not None and not one.on_disk:
        values = {"size": human_bytes(one.missing_bytes), "source": one.repo, "licence": one.licence}
        about = f"{about} {text('form.model.missing.help', **values)}"
    return {"choices": [(text("form.speed.off"), ""), *named], "info": about}


def speed_view(model: ModelStatus, chosen: str | None) -> dict[str, Any]:
    """What the scripts need to offer the download of the chosen one."""
    one = speed_of(model, chosen)
    if one is None:
        return {"id": "", "offered": False, "size": "", "kept": False}
    kept = one.on_disk or one.missing_bytes < one.bytes
    size = human_bytes(one.missing_bytes)
    return {"id": one.id, "offered": not one.on_disk, "size": size, "kept": kept}


def speed_of(model: ModelStatus, chosen: str | None) -> SpeedStatus | None:
    return next((one for one in model.speeds if one.id == chosen), None)


def speed_values(model: ModelStatus, chosen: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """What the form is to show: the values of the chosen one, or, with none, the model's `own` again."""
    one = speed_of(model, chosen)
    names = {name for lora in model.speeds for name in lora.values}
    values = dict(one.values) if one is not None else {name: own[name] for name in names if name in own}
    return {"model": model.id, FIELD: chosen if one is not None else "", **values}


def _label(one: SpeedStatus, text: Say) -> str:
    key = "form.speed.steps" if one.on_disk else "form.speed.steps.missing"
    return text(key, steps=one.values["num_inference_steps"], maker=one.maker)

"""Pydantic's complaints as our own errors, so that they can be said in the user's language."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from oelala.errors import InvalidTask


def faults_of(fault: ValidationError) -> list[InvalidTask]:
    """One InvalidTask a complaint, with the field it belongs to, in the order of the fields."""
    return [_translate(error["type"], error) for error in fault.errors()]


def _translate(kind: str, error: Any) -> InvalidTask:
    field = str(error["loc"][0]) if error["loc"] else None
    context = error.get("ctx", {})
    if kind in {"greater_than_equal", "greater_than"}:
        return InvalidTask("too-small", field, least=context.get("ge", context.get("gt")))
    if kind in {"less_than_equal", "less_than"}:
        return InvalidTask("too-large", field, most=context.get("le", context.get("lt")))
    if kind in {"missing", "string_too_short"}:
        return InvalidTask(context.get("code", "empty"), field)
    if kind == "string_too_long":
        length = len(error["input"]) if isinstance(error["input"], str) else 0
        return InvalidTask("too-long", field, most=context["max_length"], length=length)
    if kind == "literal_error":
        known = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        return InvalidTask("not-a-choice", field, value=str(error["input"])[:40], known=known)
    if kind == "extra_forbidden":
        return InvalidTask("unknown-field", field, name=field)
    if kind.startswith(("int_", "float_", "finite_", "decimal_")):
        return InvalidTask("not-a-number", field, value=str(error["input"])[:40])
    if field == "num_frames":
        return InvalidTask("not-4k-plus-1", field, value=str(error["input"])[:40])
    return InvalidTask("not-valid", field, reason=error["msg"])

"""Filling a task from the catalog and checking it. Nothing is corrected: what does not fit is refused."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from oelala.errors import InvalidTask, ModelMissing, OelalaError
from oelala.media.faults import human_bytes
from oelala.models.catalog.eight_bits import refuse_int8
from oelala.models.catalog.fields import foreign_fields
from oelala.models.catalog.installed import Installation, installation, locate, missing_bytes
from oelala.models.catalog.lookup import defaults_of, find, rows
from oelala.models.catalog.own import own_gap
from oelala.models.catalog.row import Row, SizeLimits
from oelala.models.catalog.speed_choice import chosen_speed, require_speed
from oelala.models.sage import refuse_sage
from oelala.settings import Settings
from oelala.tasks.base import Task

_LEAST_BETWEEN = 5  # frames of a clip that goes from one picture to another
AnyTask = TypeVar("AnyTask", bound=Task)


def resolve(task: AnyTask, settings: Settings) -> AnyTask:
    """The task with every model default filled in, checked against its model; the seed is left alone. The
    values of a LoRA of few steps go before the model's.

    Raises OelalaError ("unknown-model", "model-broken", "own-incomplete"), InvalidTask ("cannot-do",
    "not-for-model", "wrong-size", "size-out-of-range", "wrong-frames", "unknown-speed", what `refuse_sage`
    and `refuse_int8` say, each with its field) and ModelMissing ("model-missing", "speed-missing").
    """
    row = find(task.model, settings)
    own = defaults_of(row, task.kind)
    for name in sorted(foreign_fields(row, type(task))):
        if getattr(task, name) not in (None, ""):
            raise InvalidTask("not-for-model", field=name, model=row.title)
    if row.last_image_needed and "last_image" in type(task).model_fields and _empty(task, "last_image"):
        raise InvalidTask("last-picture-needed", field="last_image", model=row.title)
    if row.image_needed and "image" in type(task).model_fields and not getattr(task, "image", None):
        raise InvalidTask("picture-needed", field="image", model=row.title)
    refuse_sage(bool(getattr(task, "sage_attention", None)))
    refuse_int8(task)
    speed = chosen_speed(row, task.model_dump())
    own = {**own, **(speed.values if speed is not None else {})}
    wanted = {name: value for name, value in own.items() if _empty(task, name)}
    full = task.model_copy(update=wanted)
    values = full.model_dump()
    if "width" in values and "height" in values:
        check_size(row, values["width"], values["height"])
    if "num_frames" in values:
        check_frames(row, values["num_frames"])
        if values.get("last_image") and values["num_frames"] < _LEAST_BETWEEN:
            raise InvalidTask("too-small", field="num_frames", least=_LEAST_BETWEEN)
    check_installed(row, settings.models, task.kind)
    if speed is not None:
        require_speed(speed, settings.models)
    return full


def _empty(task: Task, name: str) -> bool:
    """A prompt of no words is none."""
    field = type(task).model_fields.get(name)
    return field is not None and (getattr(task, name) is None or getattr(task, name) == field.default == "")


def check_size(row: Row, width: int, height: int) -> None:
    """Width and height in pixels. Raises InvalidTask ("wrong-size", "size-out-of-range")."""
    sizes = row.sizes
    values = {"model": row.title, "width": width, "height": height}
    for field, side in (("width", width), ("height", height)):
        if side % sizes.multiple:
            near = f"{_nearest(width, sizes)} × {_nearest(height, sizes)}"
            raise InvalidTask("wrong-size", field=field, multiple=sizes.multiple, near=near, **values)
    long, short = max(width, height), min(width, height)
    if short < sizes.smallest_side or long > sizes.largest_side or long * short > sizes.largest_area:
        raise InvalidTask(
            "size-out-of-range",
            field="height" if height in (long, short) and not _inside(height, sizes) else "width",
            smallest=f"{sizes.smallest_side} × {sizes.smallest_side}",
            largest=_largest(sizes),
            native="{} × {}".format(*sizes.native[0]),
            **values,
        )


def check_frames(row: Row, num_frames: int) -> None:
    """Raises InvalidTask ("wrong-frames", "too-small") unless the row's `frame_step` and bounds allow it."""
    if num_frames < row.smallest_num_frames:
        raise InvalidTask("too-small", field="num_frames", least=row.smallest_num_frames)
    step = row.frame_step
    if (num_frames - 1) % step or num_frames > row.largest_num_frames:
        near = min(max(1, (num_frames - 1 + step // 2) // step * step + 1), row.largest_num_frames)
        values = {"model": row.title, "num_frames": num_frames, "largest": row.largest_num_frames}
        raise InvalidTask("wrong-frames", field="num_frames", near=near, **values)


def check_installed(row: Row, models: Path, kind: str | None = None) -> None:
    """For tasks of that kind. Raises ModelMissing ("model-missing") and OelalaError ("model-broken",
    "own-incomplete")."""
    if (gap := own_gap(row, models)) is not None:
        raise gap
    found = installation(row, models)
    if found is None and row.folder is not None:
        raise OelalaError("model-broken", model=row.title, reason=row.repo)
    if found is None or (row.folder is None and _never_fetched(found)):
        raise missing_model(row, models, kind)
    if found.missing:
        raise OelalaError("model-broken", model=row.title, reason=", ".join(found.missing[:3]))


def _never_fetched(found: Installation) -> bool:
    """Only parts of another model are here, from the repository that both have in common."""
    return any(name in found.absent for name in ("transformer", "unet"))


def missing_model(row: Row, models: Path, kind: str | None = None) -> ModelMissing:
    """The fault of a model that is not here, with what would have to be downloaded, and what does tasks of
    that kind without."""
    count, exact = missing_bytes(row, models)
    size = human_bytes(count) if exact else f"≤ {human_bytes(count)}"
    values = {"id": row.id, "model": row.title, "size": size, "repo": row.repo}
    return ModelMissing("model-missing", **values, meanwhile=_embedded_for(kind, models))


def _embedded_for(kind: str | None, models: Path) -> str | None:
    """The title of a model that does tasks of that kind and has come with the project."""
    able = rows(kind) if kind is not None else ()
    return next((row.title for row in able if row.folder is not None and locate(row, models)), None)


def _nearest(side: int, sizes: SizeLimits) -> int:
    step = sizes.multiple
    rounded = (side + step // 2) // step * step
    return min(max(rounded, sizes.smallest_side), sizes.largest_side // step * step)


def _inside(side: int, sizes: SizeLimits) -> bool:
    return sizes.smallest_side <= side <= sizes.largest_side


def _largest(sizes: SizeLimits) -> str:
    long = sizes.largest_side // sizes.multiple * sizes.multiple
    return f"{long} × {sizes.largest_area // long // sizes.multiple * sizes.multiple}"

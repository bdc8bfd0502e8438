"""A LoRA of few steps as a task chooses it: whether it suits the model, is here, and what it weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oelala.errors import InvalidTask, ModelMissing
from oelala.media.faults import human_bytes
from oelala.models.catalog.installed import installation, missing_bytes
from oelala.models.catalog.lookup import rows
from oelala.models.catalog.row import Row
from oelala.models.catalog.speed import FIELD, SPEED_LORAS, SpeedLora, find_speed, speed_loras
from oelala.settings import Settings


@dataclass(frozen=True, slots=True)
class SpeedStatus:
    """One that a model can take. `values`: of the task fields that it sets. `bytes` of all its files;
    `missing_bytes`: what a download would still bring. `waits_for`: as
    `awaited_kinds`."""

    id: str
    title: str
    maker: str
    values: Mapping[str, Any]
    repo: str
    licence: str
    bytes: int
    on_disk: bool
    missing_bytes: int
    waits_for: tuple[str, ...] = ()


def speed_statuses(row: Row, models: Path) -> tuple[SpeedStatus, ...]:
    return tuple(speed_status(lora, models) for lora in speed_loras(row))


def all_speeds(settings: Settings) -> list[SpeedStatus]:
    """Of every LoRA that can be fetched; those that no model is offered with yet come last."""
    able = [lora for lora in SPEED_LORAS if lora.repo is not None]
    return sorted((speed_status(lora, settings.models) for lora in able), key=lambda one: bool(one.waits_for))


def awaited_kinds(lora_id: str) -> tuple[str, ...]:
    """The kinds of task that its models are for, where none of them is offered with it yet; else none."""
    lora = find_speed(lora_id)
    if lora is None or any(lora in speed_loras(row) for row in rows()):
        return ()
    return tuple(dict.fromkeys(kind for row in rows() if row.id in lora.rows for kind in row.kinds))


def speed_status(lora: SpeedLora, models: Path) -> SpeedStatus:
    row, here = lora.row, is_here(lora, models)
    return SpeedStatus(
        id=lora.id,
        title=lora.title,
        maker=lora.maker,
        values=lora.values,
        repo=row.repo,
        licence=lora.licence,
        bytes=row.bytes,
        on_disk=here,
        missing_bytes=0 if here else missing_bytes(row, models)[0],
        waits_for=awaited_kinds(lora.id),
    )


def is_here(lora: SpeedLora, models: Path) -> bool:
    """All of its files."""
    found = installation(lora.row, models)
    return found is not None and not found.missing


def chosen_speed(row: Row, values: Mapping[str, Any]) -> SpeedLora | None:
    """What a task with these values chooses; None: nothing. Raises InvalidTask ("unknown-speed") for what
    does not suit the model."""
    wanted = values.get(FIELD)
    if not wanted:
        return None
    able = speed_loras(row)
    for lora in able:
        if lora.id == wanted:
            return lora
    known = ", ".join(lora.id for lora in able) or "–"
    raise InvalidTask("unknown-speed", field=FIELD, value=str(wanted)[:80], model=row.title, known=known)


def require_speed(lora: SpeedLora, models: Path) -> None:
    """Raises ModelMissing ("speed-missing") unless all of it is here."""
    if not is_here(lora, models):
        size = human_bytes(missing_bytes(lora.row, models)[0])
        raise ModelMissing("speed-missing", id=lora.id, lora=lora.title, size=size, repo=lora.repo)


def speed_missing_bytes(row: Row, values: Mapping[str, Any], models: Path) -> int:
    """What a download of the chosen one would bring. Raises as `chosen_speed`."""
    lora = chosen_speed(row, values)
    return 0 if lora is None or is_here(lora, models) else missing_bytes(lora.row, models)[0]


def speed_bytes(row: Row, values: Mapping[str, Any]) -> int:
    """Of the chosen one beside the weights, in 16 bits. Raises as `chosen_speed`."""
    lora = chosen_speed(row, values)
    return 0 if lora is None else lora.row.bytes

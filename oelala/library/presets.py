"""Named sets of task values: shipped ones in `presets/`, the user's own in the workspace's `presets/user/`.

A preset is a JSON file, and its name is the file's:

    {"kind": "text-to-video", "order": 10,
     "title": {"en": "Quick draft", "nl": "Snelle schets"},
     "values": {"model": "oelala-mini", "num_frames": 17}}

`values` are fields of the task class of that kind; a field that is left out keeps what the form shows.
`order` sorts the list (default 100). A workspace that is not the project folder may have its own in
`presets/` itself, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loguru import logger
from pydantic import ValidationError

from oelala.errors import OelalaError
from oelala.library.workspace import Workspace
from oelala.settings import SHIPPED_PRESETS
from oelala.tasks.base import Task
from oelala.texts import LANGUAGES

_MAX_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Preset:
    """`title` by language; `values` are unchecked JSON values for the task class of `kind`."""

    name: str
    title: Mapping[str, str]
    kind: str
    values: Mapping[str, Any]
    order: int = 100


def shipped_presets(folder: Path = SHIPPED_PRESETS) -> list[Preset]:
    """Those that come with Oelala. Raises OelalaError ("corrupt-preset"): a shipped one is never skipped."""
    return _sorted([load_preset(path) for path in folder.glob("*.json")])


def list_presets(
    workspace: Workspace,
    shipped: Path = SHIPPED_PRESETS,
    tasks: Mapping[str, type[Task]] | None = None,
) -> list[Preset]:
    """Shipped ones first, then the workspace's own; one that cannot be read is logged and left out.

    With `tasks` (class by kind) so is one whose kind or values these refuse.
    """
    own = [workspace.presets / "user"]
    if workspace.presets.resolve() != shipped.resolve():
        own.append(workspace.presets)
    theirs = _readable(shipped, tasks)
    taken = {preset.name for preset in theirs}
    mine = [preset for folder in own for preset in _readable(folder, tasks) if preset.name not in taken]
    return [*theirs, *mine]


def load_preset(path: Path, tasks: Mapping[str, type[Task]] | None = None) -> Preset:
    """Raises OelalaError ("corrupt-preset")."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError(f"> {_MAX_BYTES} bytes")
        preset = _read(path.stem, json.loads(path.read_text(encoding="utf-8")))
        if tasks is not None:
            _check(preset, tasks)
    except (OSError, ValueError, OverflowError, RecursionError) as fault:
        reason = str(fault)[:200] or type(fault).__name__
        raise OelalaError("corrupt-preset", name=path.stem, reason=reason, path=str(path)) from fault
    return preset


def _check(preset: Preset, tasks: Mapping[str, type[Task]]) -> None:
    """Fields that a preset leaves to the user may be missing; what it does say must be right."""
    if preset.kind not in tasks:
        raise ValueError(f"kind: {preset.kind[:40]}")
    try:
        tasks[preset.kind].model_validate(dict(preset.values))
    except ValidationError as fault:
        faults = [error for error in fault.errors() if error["type"] != "missing"]
        if faults:
            raise ValueError("; ".join(f"{error['loc'][0]}: {error['msg']}" for error in faults)) from fault


def _read(name: str, data: Any) -> Preset:
    if not isinstance(data, dict) or (unknown := data.keys() - {"kind", "title", "values", "order"}):
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}" if isinstance(data, dict) else "not {…}")
    for key, kind in (("kind", str), ("title", dict), ("values", dict)):
        if not isinstance(data.get(key), kind):
            raise ValueError(f"“{key}”")
    title = data["title"]
    if not all(isinstance(text, str) for text in title.values()) or not title.keys() & set(LANGUAGES):
        raise ValueError("“title”")
    any_title = next(title[language] for language in LANGUAGES if language in title)
    order = data.get("order", 100)
    if not isinstance(order, int | float):
        raise ValueError("“order”")
    full: dict[str, str] = {language: title.get(language, any_title) for language in LANGUAGES}
    return Preset(name, full, data["kind"], data["values"], int(order))


def _readable(folder: Path, tasks: Mapping[str, type[Task]] | None) -> list[Preset]:
    presets = []
    for path in folder.glob("*.json"):
        try:
            presets.append(load_preset(path, tasks))
        except OelalaError as fault:
            logger.warning("{}", fault)
    return _sorted(presets)


def _sorted(presets: list[Preset]) -> list[Preset]:
    return sorted(presets, key=lambda preset: (preset.order, preset.name))

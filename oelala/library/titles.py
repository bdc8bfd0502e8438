"""What a clip is called where people look for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from oelala.library.inputs import is_reference
from oelala.library.motions import film_of
from oelala.library.names import name_of
from oelala.library.workspace import Workspace
from oelala.media.poses.motions import MOTIONS

_NAMED_BY = ("image", "extend", "motion")


def title_of(task: Mapping[str, Any], workspace: Workspace, unsaid: Collection[str] = ()) -> str:
    """The prompt; where there is none, or one of `unsaid`, which models bring along, what its picture, its
    clip and its motion were called. "" where nothing has a name. The task's values are unchecked."""
    if (prompt := " ".join(str(task.get("prompt") or "").split())) and prompt not in unsaid:
        return prompt
    given = (task.get(field) for field in _NAMED_BY)
    names = [_name(str(value), workspace) for value in given if value]
    return " · ".join(dict.fromkeys(filter(None, names)))


def _name(value: str, workspace: Workspace) -> str:
    if value in MOTIONS:
        return value
    if not is_reference(value):
        return ""
    film = film_of(workspace, value)
    return name_of(workspace, value) or (name_of(workspace, film.name) if film is not None else "")

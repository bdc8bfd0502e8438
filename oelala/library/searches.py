"""Searches for bodies that clips need, and what an earlier one found: nobody looks twice at the same film.

The light lane searches; the GPU's job takes what was found. A note beside the kept film or picture says it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from oelala.library.inputs import is_kept
from oelala.library.motions import film_of
from oelala.library.workspace import Workspace
from oelala.media.faults import disk_fault
from oelala.media.poses.parts import Wanted
from oelala.media.poses.styles import STYLES
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.tasks.read_motion import ReadMotion

# Pipelines of diffusers that are shown the driver's face itself, as a film.
FACE_FILMS = frozenset({"WanAnimatePipeline"})

# What earlier versions found is looked for again: they followed people across cuts.
_SINCE = "scenes"


def wanted_of(task: PoseTransfer, pipeline: str) -> Wanted:
    """What that pipeline is shown of the driver besides the body, in the task's style."""
    style = STYLES[task.pose_style or "openpose"]
    return Wanted(style.hands, style.face, pipeline in FACE_FILMS)


def search_in_film(task: PoseTransfer, wanted: Wanted, name: str = "") -> ReadMotion:
    """For a task whose motion is a film or a picture; `name` is what messages call it."""
    return ReadMotion(
        model=task.detector,
        file=task.motion,
        name=name,
        start=task.motion_start,
        end=task.motion_end,
        hands=wanted.hands,
        face=wanted.face,
        max_people=8 if task.person else 4,
    )


def search_in_picture(task: PoseTransfer, name: str = "") -> ReadMotion | None:
    """For the character; None where there is no picture, or whoever is in it takes somebody's very place."""
    if task.image is None or task.mode == "replace":
        return None
    return ReadMotion(file=task.image, name=name)


def is_film(workspace: Workspace, motion: str) -> bool:
    """Whether a kept motion is a film or a picture itself, and no points yet."""
    film = film_of(workspace, motion)
    return film is not None and film.name == motion


def note_search(workspace: Workspace, search: ReadMotion, motion: str) -> None:
    """Remember under what name its result is kept. Raises OelalaError ("out-of-disk", "not-writable")."""
    try:
        _note(workspace, search).write_text(motion, encoding="ascii")
    except OSError as fault:
        raise disk_fault(fault, workspace.inputs) from fault


def found_by(workspace: Workspace, search: ReadMotion | None) -> str | None:
    """The kept motion that the same search found before; None where it has not been made."""
    if search is None or not is_kept(workspace, search.file):
        return None
    try:
        motion = _note(workspace, search).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return motion if is_kept(workspace, motion) else None


def _note(workspace: Workspace, search: ReadMotion) -> Path:
    """What messages call the file, and what is shown of it, does not change what is found in it."""
    asked = search.model_dump_json(exclude={"file", "name", "stills"})
    key = hashlib.sha256(f"{asked}{_SINCE}".encode()).hexdigest()[:12]
    return (workspace.inputs / search.file).with_suffix(f".{key}.found")

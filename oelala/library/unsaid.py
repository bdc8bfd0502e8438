"""What OpenPose's JSON left unsaid of a kept motion: how many frames a second it has, how large its frame is.

Beside the motion lies a note of it, and the file as it was brought stays, to be read again once somebody
knows better.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from oelala.errors import OelalaError
from oelala.library.inputs import is_kept
from oelala.library.workspace import Workspace
from oelala.media.faults import disk_fault
from oelala.media.poses.openpose_frame import MAX_SIDE
from oelala.tasks.base import Task

_NOTE = ".unsaid"
LEAST_SIDE = 16
_FIELDS = ("motion_fps", "motion_width", "motion_height")
Origin = Literal["file", "given", "guessed"]
Guess = Literal["size-guessed", "rate-guessed"]
_ORIGINS = ("file", "given", "guessed")


@dataclass(frozen=True, slots=True)
class Facts:
    """What somebody knows of a file that does not say it: frames a second, and the frame's size in pixels."""

    fps: float | None = None
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Raises OelalaError ("too-small", "too-large")."""
        numbers = [] if self.fps is None else [(self.fps, 0.1, 1000)]
        for number, least, most in [*numbers, *((side, LEAST_SIDE, MAX_SIDE) for side in self.size or ())]:
            if number < least:
                raise OelalaError("too-small", least=least)
            if number > most:
                raise OelalaError("too-large", most=most)


NO_FACTS = Facts()


def facts_of(task: Task) -> Facts:
    """Of its motion."""
    fps, width, height = (getattr(task, name, None) for name in _FIELDS)
    return Facts(fps, None if width is None or height is None else (width, height))


def no_facts(task: Task) -> dict[str, None]:
    """The fields of the task that hold them, empty: the motion that is kept says all."""
    return dict.fromkeys(name for name in _FIELDS if name in type(task).model_fields)


def origin_of(is_said: bool, fact: object) -> Origin:
    return "file" if is_said else "guessed" if fact is None else "given"


@dataclass(frozen=True, slots=True)
class Unsaid:
    """`file`: the name under which the JSON is kept. `fps`, `size`: where what was taken comes from."""

    file: str
    fps: Origin = "file"
    size: Origin = "file"


def note_unsaid(workspace: Workspace, motion: str, unsaid: Unsaid) -> None:
    """Raises OelalaError ("out-of-disk", "not-writable")."""
    try:
        _note_of(workspace, motion).write_text(json.dumps(asdict(unsaid)), encoding="ascii")
    except OSError as fault:
        raise disk_fault(fault, workspace.inputs) from fault


def unsaid_of(workspace: Workspace, motion: str) -> Unsaid | None:
    """None where the file said all, or is not kept any more."""
    if not is_kept(workspace, motion):
        return None
    try:
        values = json.loads(_note_of(workspace, motion).read_text(encoding="ascii"))
        found = Unsaid(str(values["file"]), values["fps"], values["size"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    known = found.fps in _ORIGINS and found.size in _ORIGINS
    return found if known and is_kept(workspace, found.file) else None


def guessed(workspace: Workspace, motion: str) -> list[Guess]:
    """What had to be guessed of it, as codes of findings."""
    unsaid, codes = unsaid_of(workspace, motion), list[Guess]()
    if unsaid is not None and unsaid.size == "guessed":
        codes.append("size-guessed")
    if unsaid is not None and unsaid.fps == "guessed":
        codes.append("rate-guessed")
    return codes


def _note_of(workspace: Workspace, motion: str) -> Path:
    return (workspace.inputs / motion).with_suffix(_NOTE)

"""Which part of a kept film a kept motion was found in: its name and seconds, noted beside the motion."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from oelala.library.inputs import is_kept
from oelala.library.workspace import Workspace
from oelala.media.faults import disk_fault

_NOTE = ".film"


@dataclass(frozen=True, slots=True)
class FilmPart:
    """Seconds of the film (`end` None: its end), and frames a second (None: its own)."""

    start: float = 0.0
    end: float | None = None
    fps: float | None = None

    @property
    def is_whole(self) -> bool:
        return self.start == 0 and self.end is None


WHOLE_FILM = FilmPart()
# Searching takes time: of a film longer than this, in seconds, its first part comes first.
LONG_FILM, FIRST_PART = 30.0, 20.0
MOST_FPS = 30.0


def first_part(seconds: float, fps: float, clip_fps: float | None = None) -> FilmPart:
    """What of a film of that length and rate is searched before anybody chose; 0 seconds: a picture. No more
    frames a second than the clip (`clip_fps`) will have where the film is long, and never more than 30."""
    end = first_end(seconds, 0.0)
    return FilmPart(0.0, end, _rate(fps, None if end is None else clip_fps))


def first_end(seconds: float, start: float) -> float | None:
    """Until where a film of that length is searched from `start` on (seconds) before anybody chose; None: to
    its end."""
    return start + FIRST_PART if seconds - start > LONG_FILM else None


def chosen_part(fps: float, part: FilmPart) -> FilmPart:
    """The part of a film of that rate, at no more frames a second than it has itself, nor than 30."""
    return FilmPart(part.start, part.end, _rate(fps, part.fps))


def _rate(fps: float, wish: float | None) -> float | None:
    most = MOST_FPS if wish is None else min(wish, MOST_FPS)
    return None if fps <= most else most


def note_film(workspace: Workspace, motion: str, film: str, part: FilmPart = WHOLE_FILM) -> None:
    """Remember in which part of which kept film a kept motion was found: faces and a comparison need its
    frames. Raises OelalaError ("out-of-disk", "not-writable")."""
    note = f"{film}\n{json.dumps(asdict(part))}\n"
    try:
        _note_of(workspace, motion).write_text(note, encoding="ascii")
    except OSError as fault:
        raise disk_fault(fault, workspace.inputs) from fault


def noted_film(workspace: Workspace, motion: str) -> tuple[Path, FilmPart] | None:
    """The film, if it is still kept, and the part of it."""
    try:
        film, _, part = _note_of(workspace, motion).read_text(encoding="ascii").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return (workspace.inputs / film.strip(), _part(part)) if is_kept(workspace, film.strip()) else None


def film_part_of(workspace: Workspace, motion: str) -> FilmPart:
    """Of the film that a kept motion was found in; the whole one also where there is no film."""
    noted = noted_film(workspace, motion) if is_kept(workspace, motion) else None
    return WHOLE_FILM if noted is None else noted[1]


def _note_of(workspace: Workspace, motion: str) -> Path:
    return (workspace.inputs / motion).with_suffix(_NOTE)


def _part(text: str) -> FilmPart:
    """Notes of earlier versions know the film alone: all of it was searched."""
    try:
        values = json.loads(text) if text.strip() else {}
        start, end, fps = (_number(values.get(name)) for name in ("start", "end", "fps"))
    except (ValueError, TypeError, AttributeError):
        return WHOLE_FILM
    return FilmPart(start or 0.0, end, fps)


def _number(value: Any) -> float | None:
    number = None if value is None else float(value)
    return number if number is None or math.isfinite(number) else None

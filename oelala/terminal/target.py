"""Where a flag puts a film: found wanting before the work, and not after it."""

from __future__ import annotations

from pathlib import Path

from oelala.errors import OelalaError
from oelala.tasks.base import Task

CLIP, STILL = ".mp4", ".png"


def endings_of(task: Task) -> tuple[str, ...]:
    """What a copy of its clip may be; the last one fits best."""
    return (CLIP, STILL) if getattr(task, "num_frames", None) == 1 else (CLIP,)


def checked_target(out: Path, endings: tuple[str, ...] = (CLIP,)) -> Path:
    """The whole path; a name without an ending is as good.

    Raises OelalaError ("out-is-folder", "no-such-folder", "out-other-kind").
    """
    target = out.expanduser().resolve()
    if target.is_dir():
        raise OelalaError("out-is-folder", path=str(target), example=str(target / f"clip{CLIP}"))
    if not target.parent.is_dir():
        raise OelalaError("no-such-folder", path=str(target.parent))
    if target.suffix.lower() not in ("", *endings):
        example = target.with_suffix(endings[-1])
        raise OelalaError("out-other-kind", path=str(target), example=str(example))
    return target

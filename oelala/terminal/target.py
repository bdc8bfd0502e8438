"""Where `generate --out` puts a copy: an mp4, or of a single frame a PNG."""

from __future__ import annotations

from pathlib import Path

from oelala.errors import OelalaError
from oelala.tasks.base import Task

_CLIP, STILL = ".mp4", ".png"


def checked_target(out: Path | None, task: Task) -> Path | None:
    """The place, found wanting before the work and not after it; a name without an ending is as good.

    Raises OelalaError ("out-is-folder", "no-such-folder", "out-other-kind").
    """
    if out is None:
        return None
    target = out.expanduser().resolve()
    if target.is_dir():
        raise OelalaError("out-is-folder", path=str(target), example=str(target / "clip.mp4"))
    if not target.parent.is_dir():
        raise OelalaError("no-such-folder", path=str(target.parent))
    is_still = getattr(task, "num_frames", None) == 1
    if target.suffix.lower() not in {"", _CLIP, STILL if is_still else _CLIP}:
        example = target.with_suffix(STILL if is_still else _CLIP)
        raise OelalaError("out-other-kind", path=str(target), example=str(example))
    return target

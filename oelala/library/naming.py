"""What the files of an output are called: `<day>/<time>-<words>-<job>.mp4`, and `.jpg`, `.json` beside it."""

from __future__ import annotations

import re
import time
import unicodedata
from pathlib import Path

from oelala.library.workspace import Workspace
from oelala.progress import RunContext

_JOB_ID = re.compile(r"\d{8}-\d{6}-(\w+)")
_SLUG = 40


def final_path(workspace: Workspace, context: RunContext, title: str, suffix: str = ".mp4") -> Path:
    """Depends on the job's id and creation and on the title alone: a repeated attempt replaces its output."""
    moment = time.localtime(context.created)
    name = f"{time.strftime('%H%M%S', moment)}-{_slug(title)}-{tail_of(context.job_id)}{suffix}"
    return workspace.outputs / time.strftime("%Y-%m-%d", moment) / name


def poster_of(path: Path) -> Path:
    return path.with_suffix(".jpg")


def document_of(path: Path) -> Path:
    return path.with_suffix(".json")


def comparison_of(path: Path) -> Path:
    """Driver, skeleton and clip in one film; in a folder of its own, so that it is no clip of the gallery."""
    return path.parent / "compare" / path.name


def _slug(title: str) -> str:
    """At most 40 ASCII letters, digits and dashes: safe on every file system; "clip" where none is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(words) > _SLUG:
        words = words[: _SLUG + 1].rpartition("-")[0] or words[:_SLUG]
    return words or "clip"


def tail_of(job_id: str) -> str:
    standard = _JOB_ID.fullmatch(job_id)
    return standard[1] if standard else re.sub(r"\W+", "-", job_id)

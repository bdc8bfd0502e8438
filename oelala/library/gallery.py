"""The finished clips of a workspace, newest first, read from their names and the settings beside them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from oelala.library.naming import document_of, poster_of
from oelala.library.provenance import read_document
from oelala.library.titles import title_of
from oelala.library.workspace import Workspace

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Output:
    """One finished clip. `created`: seconds since the epoch; `title`: the beginning of what
    `library.titles` calls it."""

    path: Path
    poster: Path
    metadata: Path
    created: float
    kind: str
    title: str
    job: str


def list_outputs(
    workspace: Workspace, limit: int = 60, offset: int = 0, unsaid: Collection[str] = ()
) -> list[Output]:
    """Newest first. Reads the names of as many days as needed, and the settings of the `limit` shown ones.

    `unsaid`: prompts that are no titles, because models bring them along.
    """
    return [_output(path, workspace, unsaid) for path in islice(_clips(workspace), offset, offset + limit)]


def _clips(workspace: Workspace) -> Iterator[Path]:
    """Every mp4 of every day, newest first; links are left out, because they may lead outside."""
    days = sorted(
        (name for name in _names(workspace.outputs, folders=True) if _DAY.fullmatch(name)), reverse=True
    )
    for day in days:
        clips = [name for name in _names(workspace.outputs / day, folders=False) if name.endswith(".mp4")]
        for name in sorted(clips, reverse=True):
            if not name.startswith("."):
                yield workspace.outputs / day / name


def _names(folder: Path, *, folders: bool) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [
                entry.name
                for entry in entries
                if (entry.is_dir(follow_symlinks=False) if folders else entry.is_file(follow_symlinks=False))
            ]
    except OSError:
        return []  # gone since, or not ours to read


def _output(path: Path, workspace: Workspace, unsaid: Collection[str]) -> Output:
    """From the JSON beside it; where that is gone, from the name."""
    document = read_document(document_of(path))
    task = document.get("task")
    task = task if isinstance(task, dict) else {}
    created = document.get("created")
    words = path.stem.split("-", 1)[-1].rpartition("-")
    return Output(
        path=path,
        poster=poster_of(path),
        metadata=document_of(path),
        created=float(created) if isinstance(created, int | float) else _modified(path),
        kind=str(task.get("kind", "")),
        title=(title_of(task, workspace, unsaid) or " ".join(words[0].split("-")))[:200],
        job=str(document.get("job") or words[2]),
    )


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0

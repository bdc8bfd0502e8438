"""What the user called the files that are kept here under the hash of their content: for titles alone."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from oelala.library.workspace import Workspace

_LONGEST = 80


def note_name(workspace: Workspace, reference: str, name: str) -> None:
    """Remember it, the newest for one content; a disk that refuses costs a title and nothing else."""
    words = " ".join(Path(name).stem.replace("_", " ").split())[:_LONGEST]
    if words.strip("?"):
        with suppress(OSError):
            _note(workspace, reference).parent.mkdir(exist_ok=True)
            _note(workspace, reference).write_text(words, encoding="utf-8")


def name_of(workspace: Workspace, reference: str) -> str:
    """ "" where nobody gave one."""
    try:
        return _note(workspace, reference).read_text(encoding="utf-8")[:_LONGEST]
    except (OSError, UnicodeDecodeError):
        return ""


def _note(workspace: Workspace, reference: str) -> Path:
    return workspace.private / "names" / f"{reference}.txt"

"""A workspace: the folder that holds the user's outputs, LoRAs, presets and queue."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from oelala.library.files import PART, write_json
from oelala.library.lock import FileLock, LockInfo
from oelala.media.faults import disk_fault, disk_full, free_bytes
from oelala.media.video import remove_quietly
from oelala.settings import PROJECT

_PROBE = ".probe-"

__all__ = [
    "LockInfo",
    "Workspace",
    "WorkspaceLock",
    "known_workspaces",
    "remember_workspace",
    "require_writable",
]


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where things are. Nothing exists before `prepare`."""

    root: Path

    @property
    def outputs(self) -> Path:
        return self.root / "outputs"

    @property
    def loras(self) -> Path:
        return self.root / "loras"

    @property
    def presets(self) -> Path:
        return self.root / "presets"

    @property
    def private(self) -> Path:
        """The studio's own folder; nothing in it is for other programs."""
        return self.root / ".oelala"

    @property
    def queue_db(self) -> Path:
        return self.private / "queue.db"

    @property
    def logs(self) -> Path:
        return self.private / "logs"

    @property
    def tmp(self) -> Path:
        return self.private / "tmp"

    @property
    def previews(self) -> Path:
        return self.private / "previews"

    @property
    def inputs(self) -> Path:
        """Pictures that jobs begin from; made when the first one comes."""
        return self.private / "inputs"

    @property
    def avatars(self) -> Path:
        """A folder for each character; made when the first one comes."""
        return self.private / "avatars"

    @property
    def removed(self) -> Path:
        """What was removed and can be put back; nobody empties it but the user."""
        return self.private / "removed"

    @property
    def lock_file(self) -> Path:
        return self.private / "lock"

    @property
    def workspaces_file(self) -> Path:
        """`{"current": path or null, "known": [paths]}`; only the default workspace has one."""
        return self.private / "workspaces.json"

    def prepare(self) -> None:
        """Make the folders. Raises OelalaError ("not-writable", "out-of-disk")."""
        for folder in (self.outputs, self.loras, self.presets, self.logs, self.tmp, self.previews):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as fault:
                raise disk_fault(fault, folder) from fault
        require_writable(self.private)

    def sweep(self) -> int:
        """Remove what a crash left: unfinished files, temporary files, previews. Returns how many went.

        Only for the one that holds the lock, before any worker runs.
        """
        leftovers = [*_parts_in(self.outputs), *self.tmp.glob("*"), *self.previews.glob("*")]
        leftovers += [*self.private.glob(f".*{PART}"), *self.inputs.glob(f".*{PART}")]
        leftovers += [*self.avatars.glob(f".*{PART}"), *self.avatars.glob(f"*/.*{PART}")]
        return sum(_remove(path) for path in leftovers)

    def require_space(self, needed: int) -> None:
        """Raises OelalaError ("out-of-disk") unless `needed` bytes are free where outputs go."""
        if free_bytes(self.outputs) < needed:
            raise disk_full(self.outputs)

    def relative(self, path: Path) -> str:
        """`path` as a job's row stores it: relative to the workspace, with forward slashes."""
        return path.relative_to(self.root).as_posix()


class WorkspaceLock(FileLock):
    """Held by the one studio or command line that runs the queue of the workspace."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.lock_file)


def require_writable(folder: Path) -> None:
    """Raises OelalaError ("not-writable", "out-of-disk") unless a file can be made in `folder`, now."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=_PROBE, suffix=PART) as file:
            file.write(b"\0")
    except OSError as fault:
        raise disk_fault(fault, folder) from fault


def _parts_in(outputs: Path) -> list[Path]:
    """Ours alone: a user's own file at the top may end in the same way."""
    drafts = [path for path in outputs.glob(f"*/*{PART}") if not path.parent.is_symlink()]
    return [*drafts, *outputs.glob(f"{_PROBE}*{PART}")]


def _remove(path: Path) -> bool:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        remove_quietly(path)
    return not path.exists()


def known_workspaces(default: Path = PROJECT) -> list[Path]:
    """The default one first; folders that are gone are left out."""
    return [default, *(path for path in _read_list(default)[1] if path.is_dir())]


def chosen_workspace(default: Path = PROJECT) -> Path:
    """The one that starts when no other is asked for; `default` where that is gone."""
    chosen = _read_list(default)[0]
    return chosen if chosen is not None and chosen.is_dir() else default


def remember_workspace(folder: Path, *, use: bool, default: Path = PROJECT) -> None:
    """Make `folder` a workspace if it is none yet; `use` makes it the one later starts take.

    Raises OelalaError ("not-writable", "out-of-disk").
    """
    Workspace(folder).prepare()
    chosen, known = _read_list(default)
    unique = [path for path in dict.fromkeys([*known, folder]) if path != default]
    home = Workspace(default)
    home.prepare()
    current = folder if use else chosen
    write_json(
        home.workspaces_file,
        {"current": str(current) if current else None, "known": [str(path) for path in unique]},
    )


def _read_list(default: Path) -> tuple[Path | None, list[Path]]:
    try:
        stored = json.loads(Workspace(default).workspaces_file.read_text(encoding="utf-8"))
        chosen = stored["current"]
        return (Path(chosen) if chosen else None), [Path(path) for path in stored["known"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None, []  # a list of shortcuts: the workspaces themselves lose nothing

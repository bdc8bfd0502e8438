from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from oelala.library.outputs import SaveClip
from oelala.library.workspace import Workspace
from oelala.progress import CancelToken, Progress, RunContext
from oelala.tasks.base import Task
from oelala.tasks.text_to_video import TextToVideo
from tests.media.clips import moving_gradient

CREATED = 1_795_368_297.25


class Tale(Task):
    """A kind whose prompt has no bound."""

    kind: ClassVar[str] = "tale"
    model: str = "none"
    prompt: str


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "my work – é")
    workspace.prepare()
    return workspace


@dataclass
class Clip:
    """One request to save, with what was reported on the way."""

    job_id: str = "20261122-171500-x7k2p9"
    task: Task = field(default_factory=lambda: TextToVideo(prompt="A woman waves", seed=7))
    frames: NDArray[np.uint8] = field(default_factory=moving_gradient)
    attempt: int = 1
    created: float = CREATED
    provenance: Mapping[str, Any] = field(default_factory=lambda: {"model": {"id": "oelala-mini"}})
    cancel: CancelToken = field(default_factory=CancelToken)
    reports: list[Progress] = field(default_factory=list)
    report: Callable[[Progress], None] | None = None

    def into(self, workspace: Workspace) -> SaveClip:
        context = RunContext(
            self.job_id, self.created, self.attempt, self.report or self.reports.append, self.cancel
        )
        return SaveClip(workspace, context, self.task, self.frames, 16, self.provenance)


def files_in(workspace: Workspace) -> list[str]:
    """Every file under outputs, hidden ones too."""
    return sorted(path.name for path in workspace.outputs.rglob("*") if not path.is_dir())


class SmallDisk:
    """A disk of our own, in memory, that can be full or read-only (root writes through mere permissions)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mount(self, options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
        if run.returncode:
            pytest.skip(f"needs the right to mount a small disk: {run.stderr.strip()}")

    def remount(self, options: str) -> None:
        command = ["mount", "-o", f"remount,{options}", str(self.folder)]
        subprocess.run(command, check=True, capture_output=True, timeout=10)

    def unmount(self) -> None:
        while self.folder.is_mount():
            time.sleep(0.01)
            subprocess.run(["umount", str(self.folder)], capture_output=True, check=False, timeout=10)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    if not sys.platform.startswith("linux"):
        pytest.skip("needs tmpfs")
    folder = tmp_path / "disk"
    folder.mkdir()
    disk = SmallDisk(folder)
    try:
        yield disk
    finally:
        disk.unmount()

"""One studio that is open all along: command lines hand it their clips, and its workers stay warm.

What a clip costs without one is the import of torch and diffusers. Each test has its own view of it: what is
new since the test began.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from oelala.library.gallery import Output
from oelala.settings import Settings, prepare_environment
from oelala.studio import Studio
from oelala.tasks.job import Job


@dataclass
class OpenStudio:
    """The running studio; its workers look for OpenPose's program in `programs`/bin first."""

    running: Studio
    programs: Path
    _before: set[str] = field(default_factory=set)
    _clips_before: set[Path] = field(default_factory=set)

    @property
    def flags(self) -> list[str]:
        """For a command line that joins in."""
        return ["--workspace", str(self.running.settings.workspace)]

    def join(self) -> Studio:
        """Another studio on the same workspace, as a command line makes it."""
        return Studio(self.running.settings)

    def begin(self) -> None:
        self._before = {job.id for job in self.running.jobs()}
        self._clips_before = {clip.path for clip in self.running.outputs()}

    def jobs(self) -> list[Job]:
        """Those of this test."""
        return [job for job in self.running.jobs() if job.id not in self._before]

    def outputs(self) -> list[Output]:
        """The clips of this test."""
        return [clip for clip in self.running.outputs() if clip.path not in self._clips_before]


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with tiny models for pose transfer, to be read only."""
    from tests.models.tiny_pose import build_all

    hub = tmp_path_factory.mktemp("models") / "hub"
    build_all(hub)
    return hub


@pytest.fixture(scope="session")
def session_studio(tmp_path_factory: pytest.TempPathFactory, tiny_models: Path) -> Iterator[OpenStudio]:
    folder = tmp_path_factory.mktemp("open studio")
    (folder / "programs").mkdir()
    prepare_environment()
    studio = Studio(Settings(workspace=folder / "workspace", models=tiny_models, lazy=True))
    assert studio.acquire("") is None
    studio.start()
    yield OpenStudio(studio, folder / "programs")
    studio.stop()


@pytest.fixture
def open_studio(session_studio: OpenStudio, monkeypatch: pytest.MonkeyPatch) -> OpenStudio:
    monkeypatch.setenv("OELALA_MODELS", str(session_studio.running.settings.models))
    # Its workers start within one of these tests.
    monkeypatch.setenv("PATH", f"{session_studio.programs / 'bin'}{os.pathsep}{os.environ['PATH']}")
    session_studio.begin()
    return session_studio

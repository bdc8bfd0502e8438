"""The light lane finds bodies and keeps the motion for clips to follow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from oelala.engines.read_motion import run
from oelala.errors import Cancelled, InvalidTask, OelalaError
from oelala.library.motions import motion_file
from oelala.library.workspace import Workspace
from oelala.media.poses.source import MotionSource, read_motion
from oelala.progress import Progress
from oelala.settings import PROJECT, Settings
from oelala.tasks.read_motion import ReadMotion
from tests.engines.test_text_to_video import Stop, context_of
from tests.media.films import film, joints_at, walking_body


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(workspace=tmp_path / "workspace", models=tmp_path / "hub")


def test_a_film_becomes_a_kept_motion(workspace: Workspace, settings: Settings, tmp_path: Path) -> None:
    source = film(tmp_path / "walk.mp4", walking_body(10))
    reports: list[Progress] = []
    task = ReadMotion(file=str(source), end=0.5)
    result = run(task, settings, context_of(reports.append), workspace)
    assert result.output is None
    assert result.details.items() >= {"frames": 8, "fps": 16, "detected": 1.0, "people": 1}.items()
    (person,) = result.details["persons"]
    left, top, right, bottom = person["box"]
    nose, ankle = joints_at(person["frame"])[[0, 10]] / (384, 256)
    assert left < nose[0] < right
    assert (top, bottom) == (pytest.approx(nose[1], abs=0.05), pytest.approx(ankle[1], abs=0.12))
    assert [(one.step, one.total) for one in reports][-1] == (8, 8)

    source.unlink()
    kept = motion_file(workspace, result.details["motion"])
    again = run(ReadMotion(file=result.details["motion"]), settings, context_of(), workspace)
    assert again.details == result.details
    assert read_motion(MotionSource(kept)).num_frames == 8


def test_a_cancel_stops_it_and_keeps_nothing(
    workspace: Workspace, settings: Settings, tmp_path: Path
) -> None:
    source = film(tmp_path / "walk.mp4", walking_body(10))
    with pytest.raises(Cancelled):
        run(ReadMotion(file=str(source)), settings, context_of(cancel=Stop(3)), workspace)
    assert not workspace.inputs.exists() or not list(workspace.inputs.iterdir())


def test_faults_are_said(workspace: Workspace, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(InvalidTask) as part:
        run(ReadMotion(file="wave", start=3, end=1), settings, context_of(), workspace)
    assert (part.value.code, part.value.field) == ("bad-part", "end")
    with pytest.raises(OelalaError) as caught:
        run(ReadMotion(file=str(tmp_path / "gone.mp4")), settings, context_of(), workspace)
    assert caught.value.code == "no-motion-file"


def test_no_torch_comes_into_the_light_worker() -> None:
    code = "import sys, oelala.engines.read_motion; print('torch' in sys.modules, 'mediapipe' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["False", "False"]

"""Motions kept in the workspace: once each, and for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from oelala.library.motions import keep_motion, motion_file
from oelala.library.workspace import Workspace
from oelala.media.poses.motions import shipped_motion
from oelala.media.poses.openpose_read import read_openpose


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "workspace")
    workspace.prepare()
    return workspace


def test_a_motion_is_kept_once_and_read_back_as_it_was(workspace: Workspace) -> None:
    wave = shipped_motion("wave")
    reference = keep_motion(workspace, wave)
    assert keep_motion(workspace, shipped_motion("wave")) == reference
    assert keep_motion(workspace, shipped_motion("walk")) != reference
    assert len(list(workspace.inputs.iterdir())) == 2
    kept = read_openpose(Path(motion_file(workspace, reference)))
    assert (kept.people[0].body == wave.people[0].body).all()
    assert (kept.width, kept.fps, kept.num_frames) == (256, 16, 65)


def test_what_is_not_kept_stays_what_it_was(workspace: Workspace) -> None:
    for motion in ("wave", "/somewhere/film.mp4", "0" * 64 + ".zip", "../x.zip"):
        assert motion_file(workspace, motion) == motion

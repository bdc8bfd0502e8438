"""The shipped motions, and motions brought to another rate."""

from __future__ import annotations

import json

import numpy as np
import pytest

from oelala.media.poses import motions
from oelala.media.poses.fit_check import check_fit
from oelala.media.poses.motions import MOTIONS, shipped_motion
from oelala.media.poses.smoothing import smooth
from oelala.media.poses.source import resample
from oelala.mini import motions as recipe
from tests.media.bodies import pose_of, standing


@pytest.mark.parametrize("name", MOTIONS)
def test_every_shipped_motion_is_a_whole_body_in_frame(name: str) -> None:
    pose = shipped_motion(name)
    assert (pose.width, pose.height, pose.fps, pose.num_frames) == (256, 256, 16, 65)
    assert check_fit(pose) == []
    assert pose.people[0].body[:, 1:14, 2].all()
    assert np.ptp(pose.people[0].body[:, 2:14, :2], axis=0).max() > 10  # something moves


def test_the_files_are_what_the_script_makes() -> None:
    assert set(recipe.MOTIONS) == set(MOTIONS)
    assert {path.stem for path in motions.FOLDER.glob("*.json")} == set(MOTIONS)
    shipped = json.loads((motions.FOLDER / "jump.json").read_text())
    for made, kept in zip(recipe.frames_of("jump"), shipped, strict=True):
        one, other = (np.reshape(frame["people"][0]["pose_keypoints_2d"], (18, 3)) for frame in (made, kept))
        assert one[1:14, :2] == pytest.approx(other[1:14, :2], abs=3)  # faces of the world may change


def test_from_behind_there_is_no_face() -> None:
    body = shipped_motion("turn").people[0].body
    assert body[0, [0, 14, 15], 2].all()
    assert not body[32, [0, 14, 15], 2].any()


def test_another_rate_keeps_the_motion() -> None:
    body = standing(num_frames=9)
    body[:, :, 0] += 4 * np.arange(9)[:, None]
    body[4, 3] = 0
    made = resample(pose_of(body, fps=16), 32)
    assert (made.num_frames, made.fps) == (18, 32)
    moved = made.people[0].body[:, 1, 0] - made.people[0].body[0, 1, 0]
    assert moved[:17].tolist() == pytest.approx([2.0 * n for n in range(17)])
    assert not made.people[0].body[8, 3].any()
    marked = smooth(pose_of(body, fps=16))
    assert np.flatnonzero(resample(marked, 32).people[0].filled[:, 3]).tolist() == [7, 8, 9]
    short = resample(pose_of(body, fps=16), 16, 12)
    assert short.num_frames == 12
    assert (short.people[0].body[8:, 1] == short.people[0].body[8, 1]).all()
    assert resample(pose_of(body), 16, 5).people[0].body == pytest.approx(body[:5])

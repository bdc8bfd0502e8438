"""Where the one who goes was: their own shape, grown, as a box; and nobody else's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from oelala.media.poses.detect import LEAST_VISIBILITY
from oelala.media.poses.document import Person, Pose
from oelala.media.poses.masks import Growth, grown, replacement
from tests.media.films import walking_body
from tests.media.people import rendered

PLAIN = Growth(iterations=0, kernel=1, columns=1000, rows=1000)


def pose_in(joints: np.ndarray, width: int, height: int, num_frames: int = 1) -> Pose:
    """(18, 2) in shares of a square of `height` pixels at the frame's left edge."""
    body = np.ones((num_frames, 18, 3))
    body[..., :2] = joints * height
    return Pose(width, height, 16, num_frames, (Person.of(body),), LEAST_VISIBILITY)


def test_a_mask_grows_and_becomes_the_boxes_it_touches() -> None:
    mask = np.zeros((40, 40), bool)
    mask[10:12, 10:12] = mask[28:30, 28:30] = True
    wide = grown(mask, Growth(iterations=2, kernel=3))
    ys, xs = np.nonzero(wide)
    assert (ys.min(), ys.max(), xs.min(), xs.max()) == (8, 31, 8, 31)
    assert wide.sum() == 24 * 24
    parted = grown(mask, Growth(iterations=2, kernel=3, columns=2, rows=2))
    assert parted[8:20, 8:20].all()
    assert parted[20:32, 20:32].all()
    assert not parted[8:20, 20:32].any()
    assert not grown(np.zeros((40, 40), bool), Growth()).any()


def test_the_mask_has_the_body_s_shape_and_leaves_the_wall() -> None:
    frame, joints = rendered("full body")
    made, mask = next(replacement([frame], pose_in(joints, 256, 256), PLAIN))
    places = (joints[2:14] * 256).astype(int)
    assert mask[places[:, 1].clip(0, 255), places[:, 0].clip(0, 255)].mean() > 0.8
    assert 0.03 < mask.mean() < 0.35
    assert not mask[:, :20].any()
    assert (made[mask] == 0).all()
    assert (made[~mask] == frame[~mask]).all()


def test_of_two_people_only_the_chosen_one_goes() -> None:
    frame, joints = rendered("full body")
    both = np.concatenate([frame, frame[:, ::-1]], axis=1)
    _, mask = next(replacement([both], pose_in(joints, 512, 256), PLAIN))
    assert mask[:, :256].any()
    assert not mask[:, 256:].any()


def test_a_frame_without_anybody_falls_back_on_the_joints() -> None:
    grey = np.full((256, 256, 3), 120, np.uint8)
    _, joints = rendered("full body")
    _, mask = next(replacement([grey], pose_in(joints, 256, 256)))
    ys, xs = np.nonzero(mask)
    places = joints * 256
    assert ys.min() <= places[:, 1].min()
    assert xs.min() <= places[:, 0].min()
    nobody = replace(pose_in(joints, 256, 256), people=(Person.of(np.zeros((1, 18, 3))),))
    made, mask = next(replacement([grey], nobody))
    assert not mask.any()
    assert (made == grey).all()


def test_a_film_that_ends_early_stands_still() -> None:
    frames = walking_body(2)
    _, joints = rendered("full body")
    made = list(replacement(frames, pose_in(joints, 256, 256, num_frames=4)))
    assert len(made) == 4
    assert np.array_equal(made[3][0], made[2][0])
    assert list(replacement([], pose_in(joints, 256, 256))) == []
    with pytest.raises(StopIteration):
        next(replacement([], pose_in(joints, 256, 256)))

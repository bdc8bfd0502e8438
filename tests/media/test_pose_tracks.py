"""Calm tracks, bridged gaps, scores."""

from __future__ import annotations

import numpy as np
import pytest

from oelala.media.poses.document import Person, Pose
from oelala.media.poses.layouts import COCO18, MIRRORED18
from oelala.media.poses.measure import compare
from oelala.media.poses.smoothing import Smoothing, smooth
from oelala.media.poses.tracks import link
from tests.media.bodies import pose_of, standing


def test_trembling_goes_and_movement_stays() -> None:
    rng = np.random.default_rng(0)
    still, trembling = standing(num_frames=60), standing(num_frames=60)
    trembling[..., :2] += rng.normal(0, 2, (60, 18, 2))
    made = smooth(pose_of(trembling)).people[0].body
    assert (made - still)[5:-5, :, :2].std() < 0.6 * 2
    assert np.diff(made[..., :2], axis=0).std() < 0.4 * np.diff(trembling[..., :2], axis=0).std()
    moving = standing(num_frames=60)
    moving[:, 4, 1] += 60 * np.sin(np.arange(60) * 0.4)  # a wrist, once a second
    calm = smooth(pose_of(moving)).people[0].body
    assert np.abs(calm - moving)[5:-5, 4, :2].max() < 8
    lag = [np.abs(calm[5 + shift : 55 + shift, 4, 1] - moving[5:55, 4, 1]).mean() for shift in (-1, 0, 1)]
    assert np.argmin(lag) == 1


def test_short_gaps_are_bridged_and_marked_and_long_ones_are_not() -> None:
    body = standing(num_frames=40)
    body[:, :, 0] += np.arange(40)[:, None]
    body[:, 4, 2] = 0.9
    body[10:14, 4] = 0
    body[14, 4, 2] = 0.7
    body[20:35, 7] = 0
    body[:3, 10, 2] = 0.1  # unsure from the start: nothing to bridge from
    person = smooth(pose_of(body), Smoothing(min_cutoff=1e6)).people[0]
    assert np.flatnonzero(person.filled[:, 4]).tolist() == [10, 11, 12, 13]
    assert person.body[10:14, 4, 0] == pytest.approx(standing()[0, 4, 0] + np.arange(10, 14), abs=0.1)
    assert (person.body[10:14, 4, 2] == 0.7).all()
    assert not person.body[20:35, 7].any()
    assert person.filled.sum() == 4
    assert (person.body[:3, 10, 2] == 0.1).all()


def test_what_was_filled_in_was_not_found() -> None:
    body = standing(num_frames=9)
    body[4] = 0
    pose = smooth(pose_of(body))
    assert pose.found(pose.people[0]).tolist() == [True] * 4 + [False] + [True] * 4
    assert pose.people[0].body[4].all()
    assert pose.mean_confidence() == 1


def test_people_who_cross_are_told_apart_and_mistakes_are_dropped() -> None:
    frames = []
    for number in range(30):
        left, right = standing(150, (40 + 6 * number, 40), 1)[0], standing(160, (230 - 6 * number, 60), 1)[0]
        frames.append([right, left] if number % 3 else [left, right])
    frames[7] = [*frames[7], standing(20, (250, 250), 1)[0]]
    tracks = link(frames, 16)
    assert len(tracks) == 2
    for track in tracks:
        bodies = [frames[index][which] for index, which in enumerate(track) if which is not None]
        assert len(bodies) == 30
        steps = {round(float(step)) for step in np.diff([body[1, 0] for body in bodies])}
        assert steps in ({6}, {-6})
    assert len(link(frames, 16, 0)) == 3


def test_an_exact_copy_scores_one_whatever_its_size() -> None:
    truth = pose_of(standing(200))
    large = pose_of(standing(400, (256, 60)), width=512, height=512)
    score = compare(truth, large)
    assert (score.pck, score.mean_error, score.found_rate) == (1.0, pytest.approx(0), 1.0)
    assert score.curve.tolist() == [1.0] * 5


def test_errors_are_counted_in_frame_heights() -> None:
    truth = pose_of(standing(200), width=512, height=256)
    body = standing(200)
    body[2, :9, 0] += 0.06 * 256  # nine joints too far to the right in frame 2
    body[3, :9, 1] += 0.04 * 256  # and near enough in frame 3
    score = compare(truth, pose_of(body, width=512, height=256))
    assert score.curve.tolist() == [1, 1, 0.5, 1, 1]
    assert score.pck == pytest.approx(0.9)
    assert score.errors.tolist() == pytest.approx([0, 0, 0.03, 0.02, 0])
    assert score.mean_error == pytest.approx(0.01)
    assert score.worst_frame == 2


def test_missing_bodies_and_frames_count_as_wrong_and_hidden_joints_do_not_count() -> None:
    truth, result = standing(200), standing(200, num_frames=4)
    truth[:, 16:, 2] = 0.1  # the ears were not seen
    result[1] = 0
    score = compare(pose_of(truth), pose_of(result))
    assert score.pck == pytest.approx(0.6)  # frame 1 has nobody, frame 4 was never made
    assert score.found_rate == pytest.approx(0.6)
    assert score.mean_error == 0
    assert score.worst_frame == 1
    said = score.as_json()
    assert said["curve"] == [1, 0, 1, 1, 0]
    assert (said["pck"], said["worst_frame"]) == (0.6, 1)


def test_who_is_taken_for_seen_from_behind_follows_with_left_and_right_exchanged() -> None:
    truth, turned = standing(200), standing(200)[:, list(MIRRORED18)]
    score = compare(pose_of(truth), pose_of(turned))
    assert score.pck == pytest.approx(4 / 18)  # nose, neck, and both eyes: 0.04 heights apart
    assert (score.pck_mirrored, score.seen_from_behind) == (1.0, True)
    said = score.as_json()
    assert (said["pck"], said["pck_mirrored"], said["seen_from_behind"]) == (0.2222, 1.0, True)
    straight = compare(pose_of(truth), pose_of(truth))
    assert straight.pck_mirrored == pytest.approx(4 / 18)
    assert not straight.seen_from_behind
    turned[3:] = truth[3:]  # three frames of five: 0.69 beside 0.53
    assert not compare(pose_of(truth), pose_of(turned)).seen_from_behind


def test_left_and_right_of_the_mirror_are_those_of_the_names() -> None:
    for joint, other in enumerate(MIRRORED18):
        name = COCO18.joints[joint]
        opposite = {"right": "left", "left": "right"}.get(name.split()[0])
        assert COCO18.joints[other] == (name if opposite is None else f"{opposite} {name.split()[1]}")


def test_a_result_without_anybody_scores_nothing() -> None:
    score = compare(pose_of(standing()), pose_of())
    assert (score.pck, score.mean_error, score.found_rate, score.worst_frame) == (0, None, 0, 0)
    empty = Pose(256, 256, 16, 5, (Person.of(np.zeros((5, 18, 3))),))
    nothing = compare(empty, pose_of(standing()))
    assert (nothing.pck, nothing.worst_frame, nothing.as_json()["pck"]) == (None, None, None)
    with pytest.raises(ValueError, match="nobody"):
        compare(pose_of(), pose_of(standing()))

"""A film that cuts to another scene: where, and that nobody is followed across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from oelala.media.poses.detect import Detection, detect_pose
from oelala.media.poses.document import Pose
from oelala.media.poses.film import WHOLE, Cut, frame_rate, open_film, read_film
from oelala.media.poses.fitting import Target, fit_motion
from oelala.media.poses.openpose_read import read_openpose
from oelala.media.poses.openpose_write import write_zip
from oelala.media.poses.report import report
from oelala.media.poses.request import PoseRequest
from oelala.media.poses.retarget import Fit
from oelala.media.poses.scene_check import check_scenes
from oelala.media.poses.scenes import scene_starts, thumbnail, watched
from oelala.media.poses.smoothing import smooth
from oelala.media.poses.source import part_of, resample
from oelala.media.poses.tracks import first_of_each_scene, link
from oelala.settings import PROJECT
from oelala.texts.pose_fit import finding_in_words
from tests.media.bodies import pose_of, standing
from tests.media.films import Frame, film, walking_body

VIDEOS = PROJECT.parent / "shared" / "data" / "video"
needs_films = pytest.mark.skipif(not VIDEOS.is_dir(), reason="the films are not beside this checkout")
CUTS = [1.2, 3.04, 5.48, 7.48, 9.68]  # seconds, seen by eye in bikes.mp4


def street(height: int = 256, width: int = 384) -> Frame:
    """Bright and dark blocks of colour, and nobody."""
    blocks = np.random.default_rng(5).integers(0, 255, (8, 12, 3), np.uint8)
    return cv2.resize(blocks, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.uint8)


def starts(frames: Sequence[Frame], fps: float = 25) -> tuple[int, ...]:
    return scene_starts([thumbnail(frame) for frame in frames], fps)


def test_a_cut_is_where_the_picture_jumps() -> None:
    body = walking_body(12)
    assert starts([*body, *[street()] * 12]) == (12,)
    assert starts([*[street()] * 3, *body, *[street()[::-1]] * 20]) == (3, 15)
    assert starts(body) == starts([street()] * 20) == starts(body[:1]) == starts([]) == ()


def test_what_passes_is_no_cut() -> None:
    still = street()
    white, lit = np.full_like(still, 255), np.clip(still.astype(int) + 90, 0, 255).astype(np.uint8)
    assert starts([*[still] * 9, white, white, *[still] * 9]) == (), "a flash"
    assert starts([*[still] * 9, *[lit] * 9]) == (), "a lamp that goes on"
    faded = [(still * (1 - part) + white * part).astype(np.uint8) for part in np.linspace(0, 1, 25)]
    assert starts(faded) == (), "a fade"
    passing = []
    for left in range(-160, 400, 80):  # a car as wide as two fifths of the frame
        frame = still.copy()
        frame[60:, max(0, left) : max(0, left + 160)] = (20, 20, 30)
        passing.append(frame)
    assert starts([still, *passing, still]) == ()
    rolled = [np.roll(still, 8 * number, axis=1) for number in range(30)]
    assert starts(rolled) == (), "a camera that turns"


@needs_films
@pytest.mark.parametrize("fps", [None, 16, 8])
def test_cuts_of_real_films(fps: float | None) -> None:
    found = {}
    for name in ("bikes", "carphone_pristine"):
        opened, cut, passed = open_film(VIDEOS / f"{name}.mp4"), replace(WHOLE, fps=fps), list[Frame]()
        for _ in watched(read_film(opened, cut, 160), passed):
            pass
        found[name] = [
            start / frame_rate(opened, cut) for start in scene_starts(passed, frame_rate(opened, cut))
        ]
    assert found["carphone_pristine"] == []
    assert found["bikes"] == pytest.approx(CUTS, abs=1e-6 if fps is None else 0.6 / fps)


def test_nobody_goes_on_into_another_scene() -> None:
    bodies = [[frame] for frame in standing(num_frames=20)]
    assert len(link(bodies, 16)) == 1
    tracks = link(bodies, 16, scene_starts=(12,))
    assert [[index for index, which in enumerate(track) if which == 0] for track in tracks] == [
        list(range(12)),
        list(range(12, 20)),
    ]
    crowd = [[standing(at=(128 + 300 * who, 30))[0] for who in range(3)] for _ in range(20)]
    kept = first_of_each_scene(link(crowd, 16, scene_starts=(12,)), 2, (12,))
    assert [track[0] is not None for track in kept] == [True, True, False, False]


def two_scenes() -> Pose:
    """Somebody in frames 0 … 9; from 12 on, 100 pixels to the right, what is taken for the same person."""
    body = standing(num_frames=20)
    body[10:12] = 0
    body[12:, :, 0] += 100
    return replace(pose_of(body), scene_starts=(10,))


def test_nothing_is_bridged_or_smoothed_or_moved_across_a_cut() -> None:
    pose = two_scenes()
    whole = smooth(replace(pose, scene_starts=()))
    assert whole.people[0].filled[10:12].all()
    calm = smooth(pose)
    assert not calm.people[0].filled.any()
    assert calm.people[0].body == pytest.approx(pose.people[0].body)

    body = standing(num_frames=20)
    body[10:, :, 0] += 100
    jump = replace(pose_of(body), scene_starts=(10,))
    assert smooth(jump).people[0].body == pytest.approx(body)
    assert smooth(replace(jump, scene_starts=())).people[0].body[10, 0, 0] < body[10, 0, 0] - 1
    double = resample(jump, 32)
    assert (double.num_frames, double.scene_starts) == (40, (19,))
    assert set(double.people[0].body[:, 0, 0].tolist()) == {128.0, 228.0}
    assert (double.people[0].body[18:20, 0, 0]).tolist() == [128.0, 228.0]
    assert resample(jump, 16, 8).scene_starts == ()


def test_scenes_are_kept_with_the_motion(tmp_path: Path) -> None:
    write_zip(two_scenes(), tmp_path / "pose.zip")
    again = read_openpose(tmp_path / "pose.zip")
    assert (again.scene_starts, len(again.people)) == ((10,), 1)
    assert part_of(again, 0.25, None, "").scene_starts == (6,)
    assert part_of(again, 0.625, None, "").scene_starts == part_of(again, 0, 0.625, "").scene_starts == ()


def test_a_scene_starts_within_its_film() -> None:
    for outside in (0, 20):
        with pytest.raises(ValueError, match="scene"):
            replace(two_scenes(), scene_starts=(outside,))


def test_a_cut_is_told_of_and_is_serious_where_the_person_is_gone() -> None:
    target, body = Target(256, 256, 16, 20), standing(num_frames=20)
    body[10:] = 0
    pose = replace(pose_of(body), scene_starts=(10,))
    ends = fit_motion(pose, None, target, Fit(), start=4.16).findings[0]
    assert (ends.code, ends.serious, ends.values) == ("cuts-away", True, {"at": 4.78})
    later = replace(pose_of(body[::-1]), scene_starts=(10,))
    (begins,) = check_scenes(later)
    assert (begins.code, begins.serious, begins.values) == ("cuts-away", False, {"at": 0.62})
    assert [one.serious for one in check_scenes(two_scenes())] == [False]
    assert check_scenes(pose, seconds=0.6) == check_scenes(part_of(pose, 0, 0.62, "")) == []
    assert check_scenes(replace(pose, people=())) == []


def test_the_words_for_a_cut() -> None:
    values = {"at": 5.48}
    assert finding_in_words("cuts-away", (), values, "en") == (
        "The film cuts to another scene at 5.48 s: choose a part before or after it with From and Until."
    )
    for language in ("en", "nl"):
        typed = finding_in_words("cuts-away", (), values, language, typed=True)
        assert "--motion-end" in typed
        assert "--motion-start" in typed


def test_a_body_is_followed_to_the_cut_and_no_further(tmp_path: Path) -> None:
    path = film(tmp_path / "two.mp4", [*walking_body(12), *[street()] * 12])
    pose = detect_pose(path)
    assert (pose.num_frames, pose.scene_starts) == (24, (12,))
    assert pose.found(pose.people[0]).tolist() == [True] * 12 + [False] * 12
    assert not pose.people[0].body[12:].any()
    said = report(PoseRequest(str(path)))["findings"]
    assert said[0] == {"code": "cuts-away", "serious": True, "joints": (), "values": {"at": 0.75}}
    assert report(PoseRequest(str(path), end=0.75))["findings"] == []


@needs_films
def test_the_cyclist_is_not_taken_into_the_next_scene() -> None:
    pose = detect_pose(VIDEOS / "bikes.mp4", Detection(cut=Cut(4.16, 6.24)))
    (start,) = pose.scene_starts
    assert start == 33
    assert pose.found(pose.people[0])[:start].mean() > 0.5
    for person in pose.people:
        there = np.flatnonzero(pose.seen(person.body).any(axis=1))
        assert there.max() < start or there.min() >= start

"""Bodies: found where they are, and a detector that dies costs a fault with a code."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from oelala.errors import OelalaError, reason_of
from oelala.media.face import FaceReader
from oelala.media.pose import BodyFinder, PoseSettings, PoseTrack, find_bodies
from tests.media.people import needs_photographs, photographs, rendered

# Shoulders, elbows, wrists, hips, knees, ankles.
LIMBS = slice(2, 14)
posix = pytest.mark.skipif(sys.platform == "win32", reason="stops a process with a signal")


@pytest.fixture(scope="module")
def finder() -> Iterator[BodyFinder]:
    with BodyFinder() as finder:
        yield finder


def grey(height: int = 256, width: int = 256) -> NDArray[np.uint8]:
    return np.full((height, width, 3), 120, np.uint8)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_rendered_body_is_where_the_renderer_put_it(finder: BodyFinder) -> None:
    frame, joints = rendered("full body")
    track = finder.track([frame])
    assert track.found.tolist() == [True]
    assert track.found_rate == 1.0
    errors = np.linalg.norm(track.to_coco18()[0, LIMBS, :2] - joints[LIMBS], axis=-1)
    assert np.median(errors) < 0.025
    assert errors.max() < 0.08
    assert (track.to_coco18()[0, LIMBS, 2] > 0.5).all()


@needs_photographs
def test_a_body_is_found_in_every_photograph_and_its_nose_is_in_its_face(finder: BodyFinder) -> None:
    frames = photographs()
    track = finder.track(frames)
    assert len(frames) >= 4
    assert track.found.all()
    for frame, joints in zip(frames, track.to_coco18(), strict=True):
        height, width = frame.shape[:2]
        x, y, face_width, face_height = FaceReader().find(frame)[0].box
        assert x <= joints[0, 0] * width <= x + face_width
        assert y <= joints[0, 1] * height <= y + face_height


def test_the_shape_of_the_frame_does_not_move_the_body(finder: BodyFinder) -> None:
    frame, _ = rendered("full body")
    wide = np.concatenate([frame, grey(256, 200)], axis=1)
    alone, beside = finder.track([frame, wide]).landmarks
    beside = beside * (456 / 256, 1, 456 / 256)
    assert np.abs(alone[11:29, :2] - beside[11:29, :2]).max() < 0.03


def test_frames_without_a_body_are_zeros_and_keep_their_place(finder: BodyFinder) -> None:
    frame, _ = rendered("full body")
    reported: list[int] = []
    track = finder.track([grey(), frame, grey(90, 160)], on_frame=reported.append)
    assert track.found.tolist() == [False, True, False]
    assert track.found_rate == pytest.approx(1 / 3)
    assert not track.landmarks[[0, 2]].any()
    assert not track.visibility[[0, 2]].any()
    assert reported == [1, 2, 3]


def test_no_frames_are_an_empty_track(finder: BodyFinder) -> None:
    track = finder.track([])
    assert track.landmarks.shape == (0, 33, 3)
    assert track.to_coco18().shape == (0, 18, 3)
    assert track.found_rate == 0.0


@pytest.mark.parametrize("frame", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.float32)])
def test_what_is_no_frame_is_refused(finder: BodyFinder, frame: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="a frame is"):
        finder.track([frame])


def test_video_mode_follows_a_body_and_starts_afresh_with_each_clip() -> None:
    frame, joints = rendered("full body")
    shifts = range(0, 40, 8)
    clip = [np.roll(frame, shift, axis=1) for shift in shifts]
    with BodyFinder(PoseSettings(mode="video")) as finder:
        first, second = finder.track(clip, fps=16), finder.track(clip[:1], fps=16)
    assert first.found.all()
    noses = first.to_coco18()[:, 0, 0]
    assert noses == pytest.approx([joints[0, 0] + shift / 256 for shift in shifts], abs=0.03)
    assert second.landmarks[0] == pytest.approx(first.landmarks[0], abs=1e-4)


def test_coco_joints_come_from_their_landmarks() -> None:
    landmarks = np.zeros((1, 33, 3), np.float32)
    landmarks[0, :, 0] = np.arange(33)
    landmarks[0, :, 1] = np.arange(33) + 100
    visibility = np.linspace(1, 0, 33, dtype=np.float32)[None]
    joints = PoseTrack(landmarks, visibility, np.array([True])).to_coco18()[0]
    places = [0, 11.5, 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7]
    assert joints[:, 0].tolist() == places
    assert joints[:, 1].tolist() == [place + 100 for place in places]
    assert joints[1, 2] == visibility[0, 12]
    assert joints[4, 2] == visibility[0, 16]


@posix
def test_a_crash_of_the_detector_is_a_fault_with_a_code() -> None:
    with BodyFinder() as finder:
        os.kill(finder.pid, signal.SIGKILL)
        with pytest.raises(OelalaError) as caught:
            finder.track([grey()] * 3)
    assert caught.value.code == "detector-failed"
    assert caught.value.values["reason"] == reason_of("exit-status", status=-9)


@posix
def test_a_detector_that_hangs_is_killed() -> None:
    with BodyFinder(PoseSettings(patience=0.5)) as finder:
        os.kill(finder.pid, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(OelalaError) as caught:
            finder.track([grey(720, 720)] * 3)
        assert time.monotonic() - started < 5
    assert caught.value.code == "detector-failed"
    assert caught.value.values["reason"] == reason_of("no-answer")
    assert not is_alive(finder.pid)


@posix
def test_whoever_stops_halfway_leaves_no_process_behind() -> None:
    class Enough(Exception):
        pass

    pids: list[int] = []

    def stop(_: int) -> None:
        raise Enough

    def track() -> None:
        with BodyFinder() as finder:
            pids.append(finder.pid)
            finder.track([grey()] * 3, on_frame=stop)

    with pytest.raises(Enough):
        track()
    assert not is_alive(pids[0])


@pytest.mark.parametrize("content", [b"no bundle", None])
def test_a_broken_model_is_a_fault_with_its_reason(tmp_path: Path, content: bytes | None) -> None:
    model = tmp_path / "broken.task"
    if content is not None:
        model.write_bytes(content)
    with pytest.raises(OelalaError) as caught:
        find_bodies([grey()], PoseSettings(model=model))
    assert caught.value.code == "detector-failed"
    assert "Error" in caught.value.values["reason"]

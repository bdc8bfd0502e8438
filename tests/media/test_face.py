"""Faces: found, straightened, and told apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from oelala.media.face import CHIP, Face, FaceReader, FaceSettings, descriptor_distance, face_chip
from tests.media.people import needs_photographs, photographs, rendered


@pytest.fixture(scope="module")
def reader() -> FaceReader:
    return FaceReader()


def test_a_rendered_face_is_found_around_the_true_eyes(reader: FaceReader) -> None:
    frame, joints = rendered("close-up")
    faces = reader.find(frame)
    assert len(faces) == 1
    assert faces[0].score > 0.6
    right_eye, left_eye = joints[14] * 256, joints[15] * 256
    eye_distance = np.linalg.norm(right_eye - left_eye)
    assert np.linalg.norm(faces[0].landmarks[0] - right_eye) < 0.25 * eye_distance
    assert np.linalg.norm(faces[0].landmarks[1] - left_eye) < 0.25 * eye_distance


def test_faces_are_measured_in_pixels_of_the_frame_whatever_its_size(reader: FaceReader) -> None:
    frame, _ = rendered("close-up")
    large = cv2.resize(frame, (1280, 1280), interpolation=cv2.INTER_CUBIC)
    (small_face,), (large_face,) = reader.find(frame), reader.find(np.asarray(large, np.uint8))
    # a detector's box moves by a few hundredths of the face when its input is resampled
    some = 0.08 * small_face.box[3]
    assert np.array(large_face.box) / 5 == pytest.approx(np.array(small_face.box), abs=some)
    assert large_face.landmarks / 5 == pytest.approx(small_face.landmarks, abs=some)


def test_frames_without_a_face_count_and_have_no_descriptor(reader: FaceReader) -> None:
    frame, _ = rendered("close-up")
    empty = np.full((120, 90, 3), 90, np.uint8)
    track = reader.read([empty, frame, frame])
    assert track.found.tolist() == [False, True, True]
    assert track.found_rate == pytest.approx(2 / 3)
    assert np.isnan(track.descriptors[0]).all()
    assert np.isfinite(track.descriptors[1]).all()
    assert descriptor_distance(track.descriptors[1], track.descriptors[2]) == pytest.approx(0, abs=1e-5)


def test_no_frames_are_an_empty_track(reader: FaceReader) -> None:
    track = reader.read([])
    assert track.descriptors.shape == (0, 128)
    assert track.found_rate == 0.0


def test_a_chip_is_upright_with_the_eyes_at_their_places() -> None:
    frame = np.zeros((400, 500, 3), np.uint8)
    # A face turned by 30 degrees, its five landmarks painted as dots.
    upright = np.array([(-30, 0), (30, 0), (0, 34), (-27, 64), (27, 64)])
    turn = np.deg2rad(30)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    landmarks = (upright @ matrix.T + (250, 180)).astype(np.float32)
    for x, y in landmarks[:2]:
        cv2.circle(frame, (round(float(x)), round(float(y))), 4, (255, 255, 255), -1)
    chip = face_chip(frame, Face((200, 150, 100, 100), landmarks, 1.0)).astype(float)[..., 0]
    assert chip.shape == (CHIP, CHIP)
    columns = np.arange(CHIP)
    left, right = chip[:, :75], chip[:, 75:]
    assert (left.sum(0) @ columns[:75]) / left.sum() == pytest.approx(47.5, abs=2)
    assert (right.sum(0) @ columns[75:]) / right.sum() == pytest.approx(100.5, abs=2)
    assert (chip.sum(1) @ columns) / chip.sum() == pytest.approx(46.6, abs=2)


def test_the_threshold_decides_what_counts(reader: FaceReader) -> None:
    frame, _ = rendered("close-up")
    score = reader.find(frame)[0].score
    strict = FaceReader(FaceSettings(score_threshold=min(0.99, score + 0.01)))
    assert strict.find(frame) == []


@pytest.mark.parametrize("frame", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.float32)])
def test_what_is_no_frame_is_refused(reader: FaceReader, frame: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="a frame is"):
        reader.find(frame)


@needs_photographs
def test_every_photograph_has_one_face_with_its_parts_in_order(reader: FaceReader) -> None:
    for frame in photographs():
        (face,) = reader.find(frame)
        x, y, width, height = face.box
        right_eye, left_eye, nose, right_mouth, left_mouth = face.landmarks
        assert face.score > 0.75
        assert max(right_eye[1], left_eye[1]) < nose[1] < min(right_mouth[1], left_mouth[1])
        assert right_eye[0] < left_eye[0]
        assert ((face.landmarks >= (x, y)) & (face.landmarks <= (x + width, y + height))).all()


@needs_photographs
def test_other_people_are_further_apart_than_other_pictures_of_one(reader: FaceReader) -> None:
    people = reader.read(photographs()).descriptors
    apart = [descriptor_distance(a, b) for i, a in enumerate(people) for b in people[i + 1 :]]
    assert min(apart) > 0.6
    frame = photographs()[2]
    dark = (frame * 0.5).astype(np.uint8)
    half = np.asarray(cv2.resize(frame, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    mirrored = np.ascontiguousarray(frame[:, ::-1])
    same = reader.read([dark, half, mirrored]).descriptors
    assert descriptor_distance(same, people[2]).max() < 0.35

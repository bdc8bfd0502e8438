"""Hands and faces: found in photographs where people see them, drawn, and kept to the last bit."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from oelala.media.detectors.crops import Square
from oelala.media.face import FaceReader
from oelala.media.poses.detect import Detection, detect_pose
from oelala.media.poses.document import Person, Pose
from oelala.media.poses.drawing import draw_frame
from oelala.media.poses.face_crops import face_box
from oelala.media.poses.openpose_read import read_openpose
from oelala.media.poses.openpose_write import write_zip
from oelala.media.poses.styles import STYLES
from tests.media.people import PHOTOGRAPHS, needs_photographs, rendered

# By eye, in pixels of the photograph: wrists of bare hands, left and right; None: not seen, or in a glove.
WRISTS = {
    "COCO_val2014_000000000294.jpg": ((329, 335), (289, 198)),
    "COCO_val2014_000000000459.jpg": ((473, 378), None),
    "COCO_val2014_000000000474.jpg": ((121, 270), None),
}
FACES = ("COCO_val2014_000000000294.jpg", "COCO_val2014_000000000415.jpg", "COCO_val2014_000000000459.jpg")


@cache
def closely(name: str) -> tuple[Pose, Person]:
    """Who is in a photograph."""
    pose = detect_pose(PHOTOGRAPHS / name, Detection(hands=True, face=True))
    assert len(pose.people) == 1
    return pose, pose.people[0]


@needs_photographs
@pytest.mark.parametrize("name", WRISTS)
def test_hands_are_where_they_are_seen(name: str) -> None:
    _, person = closely(name)
    for wrist, hand in zip(WRISTS[name], (person.hand_left[0], person.hand_right[0]), strict=True):
        assert hand[:, 2].any() == (wrist is not None)
        if wrist is not None:
            assert np.hypot(*(hand[0, :2] - wrist)) < 15
            assert (hand[:, 2] >= 0.5).all()


@needs_photographs
@pytest.mark.parametrize("name", FACES)
def test_eyes_and_mouth_are_where_another_network_sees_them(name: str) -> None:
    pose, person = closely(name)
    face = FaceReader().find(np.asarray(Image.open(PHOTOGRAPHS / name).convert("RGB")))[0]
    points = person.face[0, :, :2]
    eyes = [points[36:42].mean(axis=0), points[42:48].mean(axis=0)]
    seen = np.array([*eyes, points[48], points[54]])
    away = np.hypot(*(seen - face.landmarks[[0, 1, 3, 4]]).T)
    assert away.max() < 0.15 * face.box[2]
    assert pose.seen(person.face).all()


@needs_photographs
def test_they_are_drawn_and_come_back_from_openposes_json(tmp_path: Path) -> None:
    pose, person = closely("COCO_val2014_000000000294.jpg")
    drawn = draw_frame(pose, 0)
    x, y = np.round(person.hand_left[0, 8, :2]).astype(int)  # the tip of the index finger
    assert (drawn[y, x] == (0, 0, 255)).all()
    x, y = np.round(person.face[0, 8, :2]).astype(int)
    assert (drawn[y - 1 : y + 2, x - 1 : x + 2].max(axis=(0, 1)) == 255).all()
    bare = draw_frame(pose, 0, STYLES["animate"])
    assert (bare[y - 3 : y + 4, x - 3 : x + 4] == 0).all()  # hands without a face
    write_zip(pose, tmp_path / "pose.zip")
    again = read_openpose(tmp_path / "pose.zip").people[0]
    for part in ("body", "hand_left", "hand_right", "face"):
        assert np.array_equal(getattr(again, part), getattr(person, part)), part


def test_they_cost_nothing_where_nobody_asks(tmp_path: Path) -> None:
    frame, _ = rendered("full body")
    picture = tmp_path / "somebody.png"
    cv2.imwrite(str(picture), np.ascontiguousarray(frame[..., ::-1]))
    person = detect_pose(picture).people[0]
    assert (person.hand_left.shape, person.face.shape) == ((1, 0, 3), (1, 0, 3))


def test_nobody_has_neither_hands_nor_a_face(tmp_path: Path) -> None:
    picture = tmp_path / "grey.png"
    cv2.imwrite(str(picture), np.full((256, 256, 3), 120, np.uint8))
    assert detect_pose(picture, Detection(hands=True, face=True)).people == ()


def test_points_of_a_turned_square_come_back_to_the_picture() -> None:
    pixels = np.zeros((100, 120, 3), np.uint8)
    cv2.circle(pixels, (70, 40), 2, (255, 255, 255), -1)
    square = Square(60, 50, 64, turn=0.6)
    crop = square.cut(pixels, 192)
    place = np.argwhere(crop[..., 0] > 200).mean(axis=0)[::-1]
    assert square.back(place[None], 192)[0] == pytest.approx([70, 40], abs=0.5)


@needs_photographs
@pytest.mark.parametrize("name", FACES)
def test_a_face_is_cropped_with_its_chin_and_some_room_above(name: str) -> None:
    pose, person = closely(name)
    box = face_box(pose, person, 0)
    assert box is not None
    x, y, side = box
    places = (person.face[0, :, :2] - (x - side / 2, y - side / 2)) / side
    assert places.min() > 0.02
    assert places.max() < 0.98
    assert places[:, 1].min() > 1 - places[:, 1].max()

"""A face, frame by frame, as Wan-Animate looks at the driver's expression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from oelala.media.poses.document import Person, Points, Pose
from oelala.media.poses.layouts import NECK

SIDE = 512
_HEAD = (0, 14, 15, 16, 17)  # nose, eyes, ears of COCO-18
# Wan2.2's preparation takes the box of the face's points, 1.3 times its area: three quarters of what is added
# to its height lies above, so that its middle moves up by a quarter of that and the chin stays in. Where
# only nose, eyes and ears are known, they lie above the middle and span no more than a face; seen from
# the side even less, but the neck is never nearer than this share of a head.
_OF_FACE = 1.3**0.5
_FACE_UP = (_OF_FACE - 1) / 4 / _OF_FACE  # of the side
_OF_HEAD, _HEAD_DOWN, _OF_NECK = 1.7, 0.12, 1.25

Frame = NDArray[np.uint8]
Box = tuple[float, float, float]


def face_frames(frames: Iterable[Frame], pose: Pose) -> Iterator[Frame]:
    """512 × 512 crops (RGB) of the first person's face, one for each of the pose's, from frames of any size;
    the last one stands still where they end.

    Where no face is seen the crop stays where it was; before the first face it is black.
    """
    box: Box | None = None
    frame: Frame | None = None
    source = iter(frames)
    for index in range(pose.num_frames):
        frame = next(source, frame)
        box = face_box(pose, pose.people[0], index) or box
        if frame is None or box is None:
            yield np.zeros((SIDE, SIDE, 3), np.uint8)
        else:
            scale = frame.shape[1] / pose.width
            yield _crop(frame, (box[0] * scale, box[1] * scale, box[2] * scale))


def face_box(pose: Pose, person: Person, index: int) -> Box | None:
    """Middle (x, y) and side of the square around a face, in the pose's pixels; None where it is not seen."""
    points = person.face[index][pose.seen(person.face[index])]
    if len(points) >= 10:
        middle, span = _box_around(points)
        side, down = span * _OF_FACE, -_FACE_UP
    else:
        joints = person.coco18()[index]
        seen = pose.seen(joints)
        head = [joint for joint in _HEAD if seen[joint]]
        if len(head) < 3:
            return None
        middle, span = _box_around(joints[head])
        away = float(np.hypot(*(joints[NECK, :2] - middle))) if seen[NECK] else 0.0
        side, down = max(span * _OF_HEAD, away * _OF_NECK), _HEAD_DOWN
    return (float(middle[0]), float(middle[1] + down * side), side) if side >= 4 else None


def _box_around(points: Points) -> tuple[NDArray[np.float64], float]:
    """Its middle, and the longer of its sides."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    return (low + high) / 2, float((high - low).max())


def _crop(frame: Frame, box: Box) -> Frame:
    x, y, side = box
    scale = SIDE / side
    move = np.array([[scale, 0, SIDE / 2 - x * scale], [0, scale, SIDE / 2 - y * scale]], np.float32)
    size = (SIDE, SIDE)
    return cv2.warpAffine(np.ascontiguousarray(frame), move, size, flags=cv2.INTER_LINEAR).astype(
        np.uint8, copy=False
    )

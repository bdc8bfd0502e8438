"""Where somebody is in a film, as Wan-Animate wants it to put another in their place.

As Wan2.2's preparation does it (animate/preprocess, `get_mask_body_img` and `get_aug_mask` with the values of
its guide): the body's mask grows, and then becomes the box around it, so that the shape of the one who goes
says nothing of the one who comes. There the mask is SAM2's; here it is MediaPipe's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from oelala.media.pose import BodyFinder, Found, PoseSettings
from oelala.media.poses.document import Points, Pose
from oelala.media.poses.film import held

Frame = NDArray[np.uint8]
Mask = NDArray[np.bool_]
_IS_BODY = 128  # of 255
_GROWN_BOX = 0.2  # of a body's height: joints lie inside the body, so its box is larger than theirs


@dataclass(frozen=True, slots=True)
class Growth:
    """Dilated `iterations` times by a square of `kernel` pixels; then, of `columns` × `rows` parts of its
    box, all of every part that it touches."""

    iterations: int = 3
    kernel: int = 7
    columns: int = 1
    rows: int = 1


OFFICIAL = Growth()


def replacement(
    frames: Iterable[Frame],
    pose: Pose,
    growth: Growth = OFFICIAL,
    on_frame: Callable[[int], None] | None = None,
) -> Iterator[tuple[Frame, Mask]]:
    """For every frame of the pose the film's, black where the first person is, and that place (H, W); where
    the film ends its last frame stands still. Two frames at most are held at a time.

    A frame in which nobody is found has the box around that person's joints; without joints none. Raises
    OelalaError ("detector-failed") and what `on_frame` raises.
    """
    settings = PoseSettings(mode="video", num_poses=4, masks=True)
    with BodyFinder(settings) as finder:
        waiting: deque[Frame] = deque()
        feed = _kept(held(frames, pose.num_frames), waiting)
        for index, found in enumerate(finder.look_closely(feed, pose.fps, on_frame)):
            frame = waiting.popleft()
            mask = grown(_body(frame, found, pose, index), growth)
            yield np.where(mask[..., None], np.uint8(0), frame), mask


def _kept(frames: Iterable[Frame], waiting: deque[Frame]) -> Iterator[Frame]:
    for frame in frames:
        waiting.append(frame)
        yield frame


def grown(mask: Mask, growth: Growth) -> Mask:
    """(H, W); an empty one stays empty."""
    square = np.ones((growth.kernel, growth.kernel), np.uint8)
    wide = cv2.dilate(mask.astype(np.uint8), square, iterations=growth.iterations).astype(bool)
    made = np.zeros_like(wide)
    if not wide.any():
        return made
    ys, xs = np.flatnonzero(wide.any(axis=1)), np.flatnonzero(wide.any(axis=0))
    # Of parts smaller than a pixel the edges coincide.
    tops = np.unique(np.linspace(ys[0], ys[-1] + 1, growth.rows + 1).round().astype(int))
    lefts = np.unique(np.linspace(xs[0], xs[-1] + 1, growth.columns + 1).round().astype(int))
    box = slice(tops[0], tops[-1]), slice(lefts[0], lefts[-1])
    touched = np.logical_or.reduceat(wide[box], tops[:-1] - tops[0], axis=0)
    touched = np.logical_or.reduceat(touched, lefts[:-1] - lefts[0], axis=1)
    made[box] = touched.repeat(np.diff(tops), axis=0).repeat(np.diff(lefts), axis=1)
    return made


def _body(frame: Frame, found: Found, pose: Pose, index: int) -> Mask:
    height, width = frame.shape[:2]
    joints = pose.people[0].coco18()[index]
    seen = joints[pose.seen(joints), :2] / (pose.width, pose.height)
    which = _nearest(found, joints, pose)
    if which is None:
        return _box(seen * (width, height), height, width)
    mask = cv2.resize(found.masks[which], (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(mask >= _IS_BODY)


def _nearest(found: Found, joints: Points, pose: Pose) -> int | None:
    """Whose shoulders and hips are where that person's are: within half a trunk of it."""
    trunk = {2: 12, 5: 11, 8: 24, 11: 23}  # COCO-18: MediaPipe
    there = [joint for joint in trunk if pose.seen(joints[joint][None])[0]]
    if not len(found.bodies) or not there:
        return None
    places = joints[there, :2] / (pose.width, pose.height)
    away = found.bodies[:, [trunk[joint] for joint in there], :2] - places
    distances = np.hypot(away[..., 0] * pose.width / pose.height, away[..., 1]).mean(axis=1)
    nearest = int(distances.argmin())
    spread = np.ptp(found.bodies[nearest, [11, 12, 23, 24], 1])
    return nearest if distances[nearest] < max(0.5 * spread, 0.05) else None


def _box(points: NDArray[np.float64], height: int, width: int) -> Mask:
    """The box around so many points (n, 2), in pixels, and some more."""
    mask = np.zeros((height, width), bool)
    if len(points) < 2:
        return mask
    more = _GROWN_BOX * float(np.ptp(points[:, 1]))
    left, top = np.maximum(points.min(axis=0) - more, 0).astype(int)
    right, bottom = (points.max(axis=0) + more + 1).astype(int)
    mask[top : max(bottom, 0), left : max(right, 0)] = True
    return mask

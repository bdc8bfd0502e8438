"""From a film or a picture to a pose document, with MediaPipe's pose landmarker.

It gives bodies (BODY_25), not the points of hands and faces: the models for those come with no package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oelala.errors import OelalaError
from oelala.media.pose import BodyFinder, PoseSettings
from oelala.media.poses.document import Person, Points, Pose
from oelala.media.poses.film import WHOLE, Cut, Film, frame_rate, num_frames, open_film, read_film
from oelala.media.poses.layouts import BODY25_MIDDLE, NECK
from oelala.media.poses.smoothing import GENTLE, Smoothing, smooth
from oelala.media.poses.tracks import link

LEAST_VISIBILITY = 0.5
# Where BODY_25's joints are among MediaPipe's 33; -1 is made of two others.
_LANDMARKS = (
    0, -1, 12, 14, 16, 11, 13, 15, -1, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7, 31, 31, 29, 32, 32, 30,
)  # fmt: skip
_MIDDLES = {NECK: (11, 12), BODY25_MIDDLE: (23, 24)}
OnFrame = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Detection:
    """What to look for: at most `max_people` (1 … 8) in the part `cut` of a film; `smoothing` None: raw."""

    cut: Cut = WHOLE
    max_people: int = 4
    smoothing: Smoothing | None = GENTLE
    patience: float = 30.0


EVERYBODY = Detection()


def detect_pose(path: Path, how: Detection = EVERYBODY, on_frame: OnFrame | None = None) -> Pose:
    """Everybody in a film or a picture, the most prominent first; nobody is no fault.

    `on_frame(done, about_total)` may raise to stop. What is kept of each frame are its points, some 2 kB.
    Raises OelalaError ("unreadable-file", "film-without-picture", "cut-empty", "detector-failed").
    """
    film = open_film(path)
    fps = frame_rate(film, how.cut)
    bodies = list(_bodies(film, how, fps, on_frame))
    people = tuple(Person.of(_stack(track, bodies)) for track in link(bodies, fps))
    pose = Pose(film.width, film.height, fps, len(bodies), people, LEAST_VISIBILITY)
    return pose if how.smoothing is None or film.is_picture else smooth(pose, how.smoothing)


def require_somebody(pose: Pose, name: str) -> Pose:
    """The same pose. Raises OelalaError ("nobody-found")."""
    if not any(pose.found(person).any() for person in pose.people):
        raise OelalaError("nobody-found", name=name)
    return pose


def body25_of(landmarks: NDArray[np.float32], width: int, height: int) -> Points:
    """MediaPipe's (33, 4) as BODY_25 (25, 3) in pixels; confidence is the visibility, and a middle has the
    lesser of two."""
    joints = landmarks[list(_LANDMARKS)][:, [0, 1, 3]].astype(np.float64)
    for joint, ends in _MIDDLES.items():
        pair = landmarks[list(ends)]
        joints[joint] = (*pair[:, :2].mean(axis=0), pair[:, 3].min())
    joints[:, :2] *= (width, height)
    joints[:, 2] = np.clip(joints[:, 2], 1e-6, 1)
    return joints


def _bodies(film: Film, how: Detection, fps: float, on_frame: OnFrame | None) -> Iterator[list[Points]]:
    settings = PoseSettings(
        mode="image" if film.is_picture else "video", num_poses=how.max_people, patience=how.patience
    )
    total = num_frames(film, how.cut)
    with BodyFinder(settings) as finder:
        for done, found in enumerate(finder.look(read_film(film, how.cut), fps), 1):
            yield [body25_of(landmarks, film.width, film.height) for landmarks in found]
            if on_frame is not None:
                on_frame(done, max(total, done))


def _stack(track: list[int | None], bodies: list[list[Points]]) -> Points:
    absent = np.zeros((25, 3))
    return np.stack(
        [absent if which is None else found[which] for which, found in zip(track, bodies, strict=True)]
    )

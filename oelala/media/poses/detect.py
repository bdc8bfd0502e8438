"""From a film or a picture to a pose document.

MediaPipe's landmarkers ship with the studio: bodies (BODY_25), and hands and faces (68 points) where asked.
DWPose and OpenPose's own program always give all of them, where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oelala.errors import OelalaError
from oelala.media.pose import BodyFinder, Found, PoseSettings
from oelala.media.poses.document import PARTS, Person, Points, Pose
from oelala.media.poses.dwpose import LEAST_SCORE, find_dwpose, look
from oelala.media.poses.film import (
    CLOSE_SIDE,
    LARGEST_SIDE,
    WHOLE,
    Cut,
    Film,
    frame_rate,
    num_frames,
    open_film,
    read_film,
    size_read,
)
from oelala.media.poses.layouts import BODY25_MIDDLE, NECK
from oelala.media.poses.openpose_files import MAX_FILES
from oelala.media.poses.openpose_program import run_openpose
from oelala.media.poses.request import Detector
from oelala.media.poses.scenes import Frame, scene_starts, watched
from oelala.media.poses.smoothing import GENTLE, Smoothing, smooth
from oelala.media.poses.tracks import first_of_each_scene, link

LEAST_VISIBILITY = 0.5
MAX_FRAMES = MAX_FILES  # what can be kept as OpenPose's JSON; 40 minutes at 25 frames a second
# Where BODY_25's joints are among MediaPipe's 33; -1 is made of two others.
_LANDMARKS = (
    0, -1, 12, 14, 16, 11, 13, 15, -1, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7, 31, 31, 29, 32, 32, 30,
)  # fmt: skip
_MIDDLES = {NECK: (11, 12), BODY25_MIDDLE: (23, 24)}
OnFrame = Callable[[int, int], None]
_LookIn = Callable[[Film, "Detection", list[Frame]], Iterator[list[Person]]]


@dataclass(frozen=True, slots=True)
class Detection:
    """What to look for: at most `max_people` (1 … 8) in each scene of the part `cut` of a film;
    `smoothing` None: raw.

    `hands`, `face`: whether MediaPipe looks for those, too; it takes longer.
    `models`: the Hugging Face cache, for DWPose's weights. `patience`: seconds a frame may take.
    """

    detector: Detector = "mediapipe"
    cut: Cut = WHOLE
    max_people: int = 4
    hands: bool = False
    face: bool = False
    smoothing: Smoothing | None = GENTLE
    patience: float = 30.0
    models: Path = Path()


EVERYBODY = Detection()


def detect_pose(path: Path, how: Detection = EVERYBODY, on_frame: OnFrame | None = None) -> Pose:
    """Everybody in a film or a picture, the most prominent first; nobody is no fault. Who is seen in two
    scenes is two people: nothing tells that they are one.

    `on_frame(done, about_total)` may raise to stop. What is kept of each frame are its points, some 2 kB.
    Raises OelalaError ("unreadable-file", "film-without-picture", "film-too-long", "cut-empty",
    "detector-failed", "no-dwpose", "no-openpose").
    """
    film = open_film(path)
    if num_frames(film, how.cut) > MAX_FRAMES:
        raise OelalaError(
            "film-too-long", name=path.name, most=int(MAX_FRAMES / frame_rate(film, how.cut) / 60)
        )
    if how.detector == "openpose":
        pose = run_openpose(film, how.cut, max(how.patience, 120.0), on_frame)
    elif how.detector == "dwpose":
        pose = _searched(_dwpose, film, how, LEAST_SCORE, on_frame)
    else:
        pose = _searched(_mediapipe, film, how, LEAST_VISIBILITY, on_frame)
    return pose if how.smoothing is None or film.is_picture else smooth(pose, how.smoothing)


def require_somebody(pose: Pose, name: str, *, from_points: bool = False) -> Pose:
    """The same pose. Raises OelalaError ("nobody-found"; `from_points`, of a file that nobody looks for
    bodies in: "nobody-in-file")."""
    if not any(pose.found(person).any() for person in pose.people):
        raise OelalaError("nobody-in-file" if from_points else "nobody-found", name=name)
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


def _searched(look_in: _LookIn, film: Film, how: Detection, least: float, on_frame: OnFrame | None) -> Pose:
    passed: list[Frame] = []
    frames = list(_told(look_in(film, how, passed), film, how, on_frame))
    return _linked(film, how, frames, least, scene_starts(passed, frame_rate(film, how.cut)))


def _mediapipe(film: Film, how: Detection, passed: list[Frame]) -> Iterator[list[Person]]:
    settings = PoseSettings(
        mode="image" if film.is_picture else "video",
        num_poses=how.max_people,
        hands=how.hands,
        face=how.face,
        patience=how.patience,
    )
    side = CLOSE_SIDE if how.hands or how.face else LARGEST_SIDE
    frames = watched(read_film(film, how.cut, side), passed)
    with BodyFinder(settings) as finder:
        for found in finder.look_closely(frames, frame_rate(film, how.cut)):
            yield people_of(found, film.width, film.height)


def people_of(found: Found, width: int, height: int) -> list[Person]:
    """Everybody in a frame of that size, each with that one frame."""
    size = np.array([width, height, 1.0])
    return [
        Person.of(
            body25_of(body, width, height)[None], left[None] * size, right[None] * size, face[None] * size
        )
        for body, (left, right), face in zip(found.bodies, found.hands, found.faces, strict=True)
    ]


def _dwpose(film: Film, how: Detection, passed: list[Frame]) -> Iterator[list[Person]]:
    width, height = size_read(film)
    scale = np.array([film.width / width, film.height / height, 1.0])
    for people in look(watched(read_film(film, how.cut), passed), find_dwpose(how.models)):
        yield [person.map(lambda points: points * scale) for person in people]


def _told(
    frames: Iterator[list[Person]], film: Film, how: Detection, on_frame: OnFrame | None
) -> Iterator[list[Person]]:
    total = num_frames(film, how.cut)
    for done, people in enumerate(frames, 1):
        yield people
        if on_frame is not None:
            on_frame(done, max(total, done))


def _linked(
    film: Film, how: Detection, frames: list[list[Person]], least: float, starts: tuple[int, ...]
) -> Pose:
    """Everybody through time; each of `frames` has people of one frame."""
    fps = frame_rate(film, how.cut)
    tracks = link([[person.body[0] for person in people] for people in frames], fps, scene_starts=starts)
    joined = tuple(_join(track, frames) for track in first_of_each_scene(tracks, how.max_people, starts))
    return Pose(film.width, film.height, fps, len(frames), joined, least, starts)


def _join(track: list[int | None], frames: list[list[Person]]) -> Person:
    own = [None if which is None else people[which] for which, people in zip(track, frames, strict=True)]
    known = next(person for person in own if person is not None)
    absent = known.map(np.zeros_like)
    rows = [absent if person is None else person for person in own]
    return Person.of(**{part: np.concatenate([getattr(row, part) for row in rows]) for part in PARTS})

"""OpenPose's JSON as a pose document."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from oelala.errors import OelalaError
from oelala.media.poses.document import PARTS, Person, Points, Pose
from oelala.media.poses.openpose_files import MAX_FILES, read_files
from oelala.media.poses.openpose_frame import RawFrame, RawPerson, parse_frames
from oelala.media.poses.tracks import link

Scale = Literal["auto", "pixels", "unit", "signed"]
SUFFIXES = frozenset({".json", ".zip"})
_LEAST_CONFIDENCE = 0.05  # OpenPose's own for drawing
_UNKNOWN_SIDE = 512
MAX_PEOPLE = 400_000  # summed over the frames: sixteen of them for a quarter of an hour
# Detectors place points a little outside the frame, too.
_NORMALISED, _SIGNED = 1.6, -0.3


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file may leave open: `fps`, and `size` (width, height) where it names none. `scale`: pixels,
    0 … 1 ("unit") or -1 … 1 ("signed", OpenPose's `--keypoint_scale 4`); "auto" looks at the numbers.
    `max_people`: how many there is room for, summed over the frames. `scene_starts`: frames that
    begin another scene, besides those that say it themselves."""

    fps: float = 30.0
    size: tuple[int, int] | None = None
    scale: Scale = "auto"
    max_people: int = MAX_PEOPLE
    scene_starts: tuple[int, ...] = ()


PLAIN = Reading()


def is_openpose(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() in SUFFIXES


def read_openpose(path: Path, how: Reading = PLAIN) -> Pose:
    """A folder or a zip with one JSON a frame, or one JSON with a frame or a list of them.

    Raises OelalaError ("pose-empty", "pose-too-big", "pose-bad-json", "pose-wrong-counts", "pose-not-finite",
    "pose-out-of-range", "pose-mixed-sizes", "pose-mixed-bodies", "unreadable-file").
    """
    return _document(_frames(path, how), how)


@dataclass(frozen=True, slots=True)
class Said:
    """Whether a file itself names its rate, and the size of its frame."""

    fps: bool
    size: bool


def read_what_is_said(path: Path, how: Reading = PLAIN) -> tuple[Pose, Said]:
    """As `read_openpose`, and how much of it the file itself says."""
    frames = _frames(path, how)
    return _document(frames, how), Said(frames[0].fps is not None, frames[0].size is not None)


def _frames(path: Path, how: Reading) -> list[RawFrame]:
    frames: list[RawFrame] = []
    people = 0
    for name, data in read_files(path):
        new = parse_frames(name, data)
        _check_alike(name, [*frames[:1], *new])
        frames += new
        if len(frames) > MAX_FILES:
            raise OelalaError("pose-too-big", name=path.name, most=f"{MAX_FILES} × JSON")
        people += sum(len(frame.people) for frame in new)
        if people > how.max_people:
            raise OelalaError("pose-too-big", name=path.name, most=f"{how.max_people} × “people”")
    if not frames:
        raise OelalaError("pose-empty", name=path.name)
    return frames


def _check_alike(name: str, frames: Sequence[RawFrame]) -> None:
    for frame in frames:
        if frame.size != frames[0].size:
            first, size = (
                "?" if it.size is None else "{} × {}".format(*it.size) for it in (frames[0], frame)
            )
            raise OelalaError("pose-mixed-sizes", name=name, first=first, size=size)


def _document(frames: list[RawFrame], how: Reading) -> Pose:
    joints = _joints(frames)
    scale, size = _scale_and_size(frames, how)
    fps = frames[0].fps or how.fps
    least = frames[0].least_confidence
    starts = _scene_starts(frames, how)
    tracks = _tracks(frames, fps, how.max_people // len(frames), starts)
    people = tuple(_person(track, joints, scale) for track in tracks)
    return Pose(*size, fps, len(frames), people, _LEAST_CONFIDENCE if least is None else least, starts)


def _scene_starts(frames: list[RawFrame], how: Reading) -> tuple[int, ...]:
    said = {index for index, frame in enumerate(frames) if frame.begins_scene}
    return tuple(start for start in sorted(said.union(how.scene_starts)) if 0 < start < len(frames))


def _joints(frames: Iterable[RawFrame]) -> dict[str, int]:
    """How many points each part has. Raises OelalaError ("pose-mixed-bodies") where that differs."""
    counts: dict[str, int] = {}
    for part in PARTS:
        found = {len(person.parts[part]) for frame in frames for person in frame.people} - {0}
        if len(found) > 1:
            raise OelalaError("pose-mixed-bodies", counts=" / ".join(map(str, sorted(found))))
        counts[part] = found.pop() if found else (18 if part == "body" else 0)
    return counts


def _tracks(
    frames: list[RawFrame], fps: float, room: int, starts: tuple[int, ...]
) -> list[list[RawPerson | None]]:
    """One list a person. By their ids where the file tells people apart, else by where they are.

    Everybody takes memory for every frame, so of more than `room` people, as of a tracker that gives whoever
    returns a new number, those longest in sight are kept.
    """
    ids = [[person.number for person in frame.people] for frame in frames]
    if all(None not in row and len(set(row)) == len(row) for row in ids):
        stays = Counter(number for row in ids for number in row if number is not None)
        everybody = sorted(number for number, _ in stays.most_common(room))
        by_id = [{person.number: person for person in frame.people} for frame in frames]
        return [[row.get(number) for row in by_id] for number in everybody]
    bodies = [[_for_linking(person) for person in frame.people] for frame in frames]
    linked = link(bodies, fps, 0.0, room, starts)
    return [
        [None if which is None else frame.people[which] for which, frame in zip(track, frames, strict=True)]
        for track in linked
    ]


def _for_linking(person: RawPerson) -> Points:
    """A body, or where there is none the first part that is there, as 25 points."""
    points = next((person.parts[part] for part in PARTS if len(person.parts[part])), np.zeros((0, 3)))
    padded = np.zeros((25, 3))
    padded[: min(25, len(points))] = points[:25]
    return padded


def _person(track: list[RawPerson | None], joints: dict[str, int], scale: tuple[Points, Points]) -> Person:
    parts: dict[str, Points] = {}
    for part, count in joints.items():
        points = np.zeros((len(track), count, 3))
        for index, person in enumerate(track):
            if person is not None and len(person.parts[part]):
                points[index] = person.parts[part]
        missing = ~points.any(axis=2)
        if scale is not _PIXELS:
            points[..., :2] = (points[..., :2] + scale[0]) * scale[1]
        points[missing] = 0
        parts[part] = points
    filled = np.zeros(parts["body"].shape[:2], bool)
    for index, person in enumerate(track):
        if person is not None:
            filled[index, list(person.filled)] = True
    return Person.of(**parts, filled=filled)


_PIXELS = (np.zeros(2), np.ones(2))


def _scale_and_size(frames: list[RawFrame], how: Reading) -> tuple[tuple[Points, Points], tuple[int, int]]:
    """What to add to x and y, and then to multiply by; and the frame's size."""
    parts = [points for frame in frames for person in frame.people for points in person.parts.values()]
    points = np.concatenate([*parts, np.zeros((0, 3))])
    points = points[points.any(axis=1), :2]
    low, high = (points.min(), points.max()) if len(points) else (0.0, 0.0)
    scale = how.scale
    if scale == "auto":
        normalised = len(points) > 0 and high <= _NORMALISED and low >= -_NORMALISED
        scale = ("signed" if low < _SIGNED else "unit") if normalised else "pixels"
    size = frames[0].size or how.size
    if scale == "pixels":
        return _PIXELS, size or _size_around(points)
    size = size or (_UNKNOWN_SIDE, _UNKNOWN_SIDE)
    sides = np.array(size, np.float64)
    return ((np.ones(2), sides / 2) if scale == "signed" else (np.zeros(2), sides)), size


def _size_around(points: Points) -> tuple[int, int]:
    """A frame that holds every point, for files that say nothing of it: sides in multiples of 16."""
    if not len(points):
        return _UNKNOWN_SIDE, _UNKNOWN_SIDE
    width, height = (min(max(16 * math.ceil((side + 1) / 16), 64), 16_384) for side in points.max(axis=0))
    return width, height

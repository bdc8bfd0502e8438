"""A motion from wherever the user has it: a film, a picture, OpenPose's JSON, or one that ships."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import floor
from pathlib import Path

import numpy as np

from oelala.errors import OelalaError
from oelala.media.poses.detect import Detection, OnFrame, detect_pose, require_somebody
from oelala.media.poses.document import Pose
from oelala.media.poses.motions import MOTIONS, shipped_motion
from oelala.media.poses.openpose_read import Reading, is_openpose, read_openpose
from oelala.media.poses.scenes import scene_of


@dataclass(frozen=True, slots=True)
class MotionSource:
    """`file`: a path, or the name of a shipped motion where no such file is there."""

    file: str
    detection: Detection = field(default_factory=Detection)
    reading: Reading = field(default_factory=Reading)


def read_motion(source: MotionSource, on_frame: OnFrame | None = None) -> Pose:
    """Raises OelalaError ("nobody-found", "nobody-in-file", "no-motion-file") and what the readers of each
    kind raise."""
    path = Path(source.file).expanduser()
    if not path.exists():
        if source.file in MOTIONS:
            return shipped_motion(source.file)
        raise OelalaError("no-motion-file", name=path.name)
    if is_openpose(path):
        return require_somebody(read_openpose(path, source.reading), path.name, from_points=True)
    return require_somebody(detect_pose(path, source.detection, on_frame), path.name)


def part_of(pose: Pose, start: float, end: float | None, name: str) -> Pose:
    """The frames from `start` to `end` (seconds; None: all that follow). Raises OelalaError ("cut-empty")."""
    first = min(round(start * pose.fps), pose.num_frames)
    last = pose.num_frames if end is None else min(max(round(end * pose.fps), first + 1), pose.num_frames)
    if first >= last:
        seconds = round(pose.num_frames / pose.fps, 1)
        raise OelalaError("cut-empty", name=name, start=start, seconds=seconds)
    people = tuple(
        replace(person.map(lambda points: points[first:last]), filled=person.filled[first:last])
        for person in pose.people
    )
    starts = tuple(start - first for start in pose.scene_starts if first < start < last)
    return replace(pose, num_frames=last - first, people=people, scene_starts=starts)


def first_seen(pose: Pose, person: int = 0) -> float | None:
    """When that person is found for the first time, in seconds from the start, rounded down to hundredths as
    a page shows them; None: never. Raises IndexError for a person who is not there."""
    frames = np.flatnonzero(pose.found(pose.people[person]))
    return floor(100 * int(frames[0]) / pose.fps) / 100 if len(frames) else None


def resample(pose: Pose, fps: float, num_frames: int | None = None) -> Pose:
    """The same motion at another rate, points between two frames on the line between them; `num_frames`: so
    many from its start, standing still at the end where it is shorter. Of two scenes the
    nearer one counts."""
    count = num_frames or max(1, round(pose.num_frames * fps / pose.fps))
    times = np.minimum(np.arange(count) * (pose.fps / fps), pose.num_frames - 1)
    low = np.floor(times).astype(int)
    high = np.minimum(low + 1, pose.num_frames - 1)
    part = (times - low)[:, None, None]
    scene = scene_of(pose.num_frames, pose.scene_starts)
    goes_on = (scene[low] == scene[high])[:, None, None]

    def between(points: np.ndarray) -> np.ndarray:
        both = (points[low, :, 2:] > 0) & (points[high, :, 2:] > 0) & goes_on
        return np.where(
            both,
            points[low] * (1 - part) + points[high] * part,
            points[np.where(part[:, 0, 0] < 0.5, low, high)],
        )

    people = tuple(
        replace(
            person.map(between),
            filled=(person.filled[low] & (part[..., 0] < 1)) | (person.filled[high] & (part[..., 0] > 0)),
        )
        for person in pose.people
    )
    moved = {int(start) for start in np.searchsorted(times, np.array(pose.scene_starts) - 0.5)}
    starts = tuple(sorted(start for start in moved if 0 < start < count))
    return replace(pose, fps=fps, num_frames=count, people=people, scene_starts=starts)

"""Calmer and fuller tracks: the One-Euro filter, and short gaps bridged and marked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from oelala.media.poses.document import Person, Points, Pose
from oelala.media.poses.scenes import scene_of


@dataclass(frozen=True, slots=True)
class Smoothing:
    """`min_cutoff` (Hz): lower is calmer at rest. `beta`: higher follows fast movements more closely; speeds
    are in body sizes a second. `longest_gap` (seconds): what nobody saw for longer stays missing."""

    min_cutoff: float = 2.0
    beta: float = 6.0
    longest_gap: float = 0.5


GENTLE = Smoothing()


def smooth(pose: Pose, how: Smoothing = GENTLE) -> Pose:
    """Gaps bridged, then every point filtered; confidences stay what they are."""
    people = tuple(
        _smooth_person(pose, fill_gaps(pose, person, how.longest_gap), how) for person in pose.people
    )
    return replace(pose, people=people)


def fill_gaps(pose: Pose, person: Person, longest_gap: float) -> Person:
    """Points not seen for a while lie on the line between where they were and where they come back, with the
    lesser of both confidences; the body's are marked in `filled`. No line leads into another scene."""
    most = int(longest_gap * pose.fps)
    scene = scene_of(pose.num_frames, pose.scene_starts)
    parts = {}
    filled = person.filled.copy()
    for name in ("body", "hand_left", "hand_right", "face"):
        points = np.array(getattr(person, name))
        for joint in range(points.shape[1]):
            made = _bridge(points[:, joint], pose.seen(points[:, joint]), most, scene)
            if name == "body":
                filled[made, joint] = True
        parts[name] = points
    return Person.of(**parts, filled=filled)


def one_euro(points: Points, fps: float, how: Smoothing, size: float) -> Points:
    """The filter of Casiez, Roussel and Vogel (CHI 2012) over (T, n, 3); points without confidence are left
    out, and the filter starts afresh after them. `size`: a body's, in pixels, to measure speeds in."""
    result = points.copy()
    before: NDArray[np.float64] = np.zeros(points.shape[1:2], bool)
    place = np.zeros((*points.shape[1:2], 2))
    speed = np.zeros_like(place)
    for index, frame in enumerate(points):
        there = frame[:, 2] > 0
        wanted = frame[:, :2]
        speed = _mix(speed, (wanted - place) * fps, _alpha(1.0, fps))
        pace = np.hypot(speed[:, 0], speed[:, 1])[:, None] / max(size, 1e-6)
        step = _mix(place, wanted, _alpha(how.min_cutoff + how.beta * pace, fps))
        goes_on = (there & before)[:, None]
        place = np.where(goes_on, step, wanted)
        speed = np.where(goes_on, speed, 0.0)
        result[index, there, :2] = place[there]
        before = there
    return result


def _smooth_person(pose: Pose, person: Person, how: Smoothing) -> Person:
    size = typical_size(person)

    def scene_by_scene(points: Points) -> Points:
        return np.concatenate([both_ways(scene) for scene in np.split(points, list(pose.scene_starts))])

    def both_ways(points: Points) -> Points:
        """The film is whole, so the filter runs from both ends, and their mean lags behind neither."""
        forth = one_euro(points, pose.fps, how, size)
        back = one_euro(points[::-1], pose.fps, how, size)[::-1]
        return (forth + back) / 2

    return person.map(scene_by_scene)


def typical_size(person: Person) -> float:
    """The median diagonal of the body's box, in pixels; 0 for nobody."""
    sizes = []
    for body in person.body:
        points = body[body[:, 2] > 0, :2]
        if len(points) > 1:
            sizes.append(float(np.hypot(*(points.max(axis=0) - points.min(axis=0)))))
    return float(np.median(sizes)) if sizes else 0.0


def _bridge(track: Points, seen: NDArray[np.bool_], most: int, scene: NDArray[np.int_]) -> list[int]:
    """Changes (T, 3) in place; returns the frames it filled."""
    where = np.flatnonzero(seen)
    made: list[int] = []
    for left, right in pairwise(where.tolist()):
        if not 1 < right - left <= most + 1 or scene[left] != scene[right]:
            continue
        gap = np.arange(left + 1, right)
        part = ((gap - left) / (right - left))[:, None]
        track[gap, :2] = track[left, :2] + part * (track[right, :2] - track[left, :2])
        track[gap, 2] = min(track[left, 2], track[right, 2])
        made += gap.tolist()
    return made


def _alpha(cutoff: NDArray[np.float64] | float, fps: float) -> NDArray[np.float64] | float:
    turn = 2 * np.pi * cutoff / fps
    return turn / (turn + 1)


def _mix(
    old: NDArray[np.float64], new: NDArray[np.float64], part: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    return old + part * (new - old)

"""How well a result follows a pose: PCK@0.05 and mean error, over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oelala.media.poses.document import Points, Pose
from oelala.media.poses.layouts import COCO18_IN_BODY25, MIRRORED18

THRESHOLD = 0.05
_FROM_BEHIND = 0.2  # by so much more is in place with left and right exchanged


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """`pck`: the share of the joints seen in the truth that lie within 0.05 frame heights of it; a missing
    joint, body or frame counts as wrong; None where no frame of the truth shows anybody. `mean_error`: of the
    joints there are, in frame heights; None without any. `found_rate`: the share of the truth's frames in
    which the result has a body. `pck_mirrored`: `pck` with the left and the right of the result exchanged in
    every frame; where the detector takes who faces us for turned away, only this one tells how well they
    follow.

    `curve` and `errors` (T,): the same frame by frame, NaN where there is nothing to compare.
    """

    pck: float | None
    mean_error: float | None
    found_rate: float
    curve: NDArray[np.float64]
    errors: NDArray[np.float64]
    pck_mirrored: float | None = None

    @property
    def seen_from_behind(self) -> bool:
        """Whether the detector, as it seems, takes front for back, or back for front."""
        if self.pck is None or self.pck_mirrored is None:
            return False
        return self.pck_mirrored - self.pck >= _FROM_BEHIND

    @property
    def worst_frame(self) -> int | None:
        """The frame of the lowest PCK; among several that of the largest error."""
        known = np.flatnonzero(~np.isnan(self.curve))
        if not len(known):
            return None
        errors = np.nan_to_num(self.errors[known], nan=np.inf)
        return int(known[np.lexsort((-errors, self.curve[known]))[0]])

    def as_json(self) -> dict[str, object]:
        """For an output's metadata: numbers short, NaN as None."""
        return {
            "pck": None if self.pck is None else round(self.pck, 4),
            "pck_mirrored": None if self.pck_mirrored is None else round(self.pck_mirrored, 4),
            "seen_from_behind": self.seen_from_behind,
            "mean_error": None if self.mean_error is None else round(self.mean_error, 5),
            "found_rate": round(self.found_rate, 4),
            "worst_frame": self.worst_frame,
            "curve": [None if np.isnan(value) else round(float(value), 3) for value in self.curve],
        }


def compare(truth: Pose, result: Pose, threshold: float = THRESHOLD) -> Score:
    """The first person of `result` against the first of `truth`, by COCO-18's joints, frame by frame from the
    first on. Frames may differ in size: places are compared as shares of the frame.

    Raises ValueError for a truth without people.
    """
    if not truth.people:
        raise ValueError("the truth shows nobody")
    wanted, made = truth.people[0].coco18(), _made(result, truth.num_frames)
    asked = truth.seen(wanted)
    there, size = made[..., 2] > 0, (result.width, result.height)
    distance = _distances(truth, wanted, made, size)
    right = asked & there & (distance <= threshold)
    swapped = made[:, list(MIRRORED18)]
    right_swapped = asked & (swapped[..., 2] > 0) & (_distances(truth, wanted, swapped, size) <= threshold)
    both = asked & there
    count, found = asked.sum(axis=1), (asked.any(axis=1) & there.any(axis=1))
    return Score(
        _share_of(right, asked),
        float(distance[both].mean()) if both.any() else None,
        float(found.sum() / max(1, asked.any(axis=1).sum())),
        _per_frame(right.sum(axis=1), count),
        _per_frame(np.where(both, distance, 0).sum(axis=1), both.sum(axis=1)),
        _share_of(right_swapped, asked),
    )


def _distances(truth: Pose, wanted: Points, made: Points, size: tuple[int, int]) -> NDArray[np.float64]:
    """(T, 18), in frame heights of the truth; `made` lies in frames of `size`."""
    away = wanted[..., :2] / (truth.width, truth.height) - made[..., :2] / size
    return np.hypot(away[..., 0] * truth.width / truth.height, away[..., 1])


def _share_of(right: NDArray[np.bool_], asked: NDArray[np.bool_]) -> float | None:
    return float(right.sum() / asked.sum()) if asked.any() else None


def who_follows(truth: Pose, frames: Iterable[Sequence[Points]], size: tuple[int, int]) -> Points:
    """(T, 25, 3): of the bodies in every frame the one nearest to the first person of `truth`, so that nobody
    beside them is measured; zeros for a frame without any. A body: (25, 3), in frames of `size` (width,
    height)."""
    wanted = truth.people[0].coco18()
    chosen = []
    for index, bodies in enumerate(frames):
        joints = wanted[index] if index < len(wanted) else np.zeros((18, 3))
        chosen.append(_nearest(truth, joints, bodies, size))
    return np.stack(chosen) if chosen else np.zeros((0, 25, 3))


def _nearest(truth: Pose, joints: Points, bodies: Sequence[Points], size: tuple[int, int]) -> Points:
    if not len(bodies):
        return np.zeros((25, 3))
    seen = truth.seen(joints)
    if len(bodies) == 1 or not seen.any():
        return bodies[0]
    places = joints[seen, :2] / (truth.width, truth.height)
    made = np.stack(bodies)[:, list(COCO18_IN_BODY25)][:, seen, :2] / size
    away = np.hypot((made - places)[..., 0] * truth.width / truth.height, (made - places)[..., 1])
    return bodies[int(away.mean(axis=1).argmin())]


def _made(result: Pose, num_frames: int) -> Points:
    made = np.zeros((num_frames, 18, 3))
    if result.people:
        joints = result.people[0].coco18()[:num_frames]
        made[: len(joints)] = joints
    return made


def _per_frame(sums: NDArray[np.generic], counts: NDArray[np.int_]) -> NDArray[np.float64]:
    curve = np.full(len(counts), np.nan)
    np.divide(sums, counts, out=curve, where=counts > 0)
    return curve

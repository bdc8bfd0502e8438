"""The pose document: people through time as points. Detectors, files and presets make it; everything else
reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from oelala.media.poses.layouts import (
    BODY25_HIPS,
    BODY25_MIDDLE,
    COCO18_IN_BODY25,
    FACE_POINTS,
    HAND_POINTS,
    LAYOUT_OF_COUNT,
    LayoutName,
)

Points = NDArray[np.float64]
PARTS = ("body", "hand_left", "hand_right", "face")
_COUNTS = {
    "body": tuple(LAYOUT_OF_COUNT),
    "hand_left": (0, HAND_POINTS),
    "hand_right": (0, HAND_POINTS),
    "face": (0, *FACE_POINTS),
}


def no_points(num_frames: int) -> Points:
    """A part that was not asked for."""
    return np.zeros((num_frames, 0, 3))


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One person in T frames. Every part is (T, points, 3), float64: x and y in pixels, y down, and a
    confidence of 0 or more; a missing point is (0, 0, 0).

    `body` has 18 points (COCO-18) or 25 (BODY_25), `hand_…` 21 or none, `face` 68, 70 or none. `filled`
    (T, body points), bool: points that nobody saw, put between their neighbours in time.
    """

    body: Points
    hand_left: Points
    hand_right: Points
    face: Points
    filled: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        body: Points,
        hand_left: Points | None = None,
        hand_right: Points | None = None,
        face: Points | None = None,
        filled: NDArray[np.bool_] | None = None,
    ) -> Self:
        none = no_points(len(body))
        return cls(
            body,
            none if hand_left is None else hand_left,
            none if hand_right is None else hand_right,
            none if face is None else face,
            np.zeros(body.shape[:2], bool) if filled is None else filled,
        )

    def __post_init__(self) -> None:
        for name in PARTS:
            points = np.array(getattr(self, name), np.float64)
            if points.ndim != 3 or points.shape[2] != 3 or points.shape[1] not in _COUNTS[name]:
                raise ValueError(f"{name} cannot be {points.shape}")
            if len(points) != len(self.body) or not np.isfinite(points).all():
                raise ValueError(f"{name} has another length, or a number that is none")
            self._set(name, points)
        filled = np.array(self.filled, bool)
        if filled.shape != self.body.shape[:2]:
            raise ValueError(f"filled cannot be {filled.shape} for a body of {self.body.shape}")
        self._set("filled", filled)

    def _set(self, name: str, array: NDArray[np.generic]) -> None:
        array.flags.writeable = False
        object.__setattr__(self, name, array)

    @property
    def layout(self) -> LayoutName:
        return LAYOUT_OF_COUNT[self.body.shape[1]]

    def map(self, change: Callable[[Points], Points]) -> Person:
        """Every part through `change`, from (T, n, 3) to (T′, n, 3). T′ ≠ T forgets what was filled."""
        parts = {name: change(np.array(getattr(self, name))) for name in PARTS}
        same = len(parts["body"]) == len(self.body)
        return Person.of(**parts, filled=self.filled if same else None)

    def coco18(self) -> Points:
        """The body's COCO-18 joints (T, 18, 3)."""
        return self.body if self.layout == "coco18" else self.body[:, list(COCO18_IN_BODY25)]

    def body25(self) -> Points:
        """The body's BODY_25 joints (T, 25, 3); toes and heels are missing where COCO-18 is all there is."""
        if self.layout == "body25":
            return self.body
        body = np.zeros((len(self.body), 25, 3))
        body[:, list(COCO18_IN_BODY25)] = self.body
        hips = body[:, list(BODY25_HIPS)]
        confidence = hips[..., 2].min(axis=1)
        seen = confidence > 0
        body[seen, BODY25_MIDDLE, :2] = hips[seen, :, :2].mean(axis=1)
        body[seen, BODY25_MIDDLE, 2] = confidence[seen]
        return body


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """People in frames of `width` × `height` pixels at `fps` frames a second.

    A point counts as seen from `least_confidence` on: what that number means is the detector's business.
    `scene_starts`: frames, in order, from which on the film shows another scene.
    """

    width: int
    height: int
    fps: float
    num_frames: int
    people: tuple[Person, ...]
    least_confidence: float = 0.3
    scene_starts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1 or not 0 < self.fps < 1e4:
            raise ValueError(f"no frames: {self.width} × {self.height} at {self.fps}")
        if any(len(person.body) != self.num_frames for person in self.people):
            raise ValueError(f"everybody has {self.num_frames} frames, absent or not")
        if any(not 0 < start < self.num_frames for start in self.scene_starts):
            raise ValueError(f"no scene of {self.num_frames} frames starts at {self.scene_starts}")

    def seen(self, points: Points) -> NDArray[np.bool_]:
        """Which of (…, 3) points count as seen."""
        return points[..., 2] >= max(self.least_confidence, 1e-9)

    def found(self, person: Person) -> NDArray[np.bool_]:
        """(T,) bool: frames in which that person's body was seen, and not merely filled in."""
        return np.any(self.seen(person.body) & ~person.filled, axis=1)

    def only(self, index: int) -> Pose:
        """The same frames with one of the people. Raises IndexError."""
        return replace(self, people=(self.people[index],))

    def mean_confidence(self) -> float:
        """Over every point of a body that was seen, in 0 … 1; 0 where nobody was."""
        bodies = [person.body[self.seen(person.body) & ~person.filled][:, 2] for person in self.people]
        values = np.concatenate([*bodies, np.zeros(0)])
        return float(values.mean()) if len(values) else 0.0

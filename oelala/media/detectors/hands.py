"""Hands of a body that is known already: MediaPipe's hand landmarker on what surrounds each wrist.

On a whole frame its palm detector sees 192 × 192 pixels and misses the hands of anyone who stands a few steps
away; MediaPipe's own holistic graph looks around the wrists for the same reason.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from oelala.media.detectors.crops import Square
from oelala.media.detectors.landmarkers import import_mediapipe

NUM_POINTS = 21
# Left, right: elbow, wrist, little finger and index finger among the body's 33.
_ARMS = ((13, 15, 17, 19), (14, 16, 18, 20))
_CROP = 320
# A square around the knuckles: so many palms, but no less than so many forearms (a fist towards us is small).
_PALMS, _FOREARMS = 5.4, 1.6
_LEAST_SIDE = 16.0  # pixels: a hand of less shows no fingers
_AT_WRIST = 0.3  # a hand's wrist lies within so much of the square's side of the body's wrist
_SAME = 0.5  # two hands within so much of a hand's size are one


class HandFinder:
    """`model`: the path of the bundle."""

    def __init__(self, model: str) -> None:
        self._mediapipe = import_mediapipe()
        tasks = self._mediapipe.tasks
        vision = tasks.vision
        options = vision.HandLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_path=model),
            running_mode=vision.RunningMode.IMAGE,
            num_hands=2,
        )
        self._graph = vision.HandLandmarker.create_from_options(options)

    def find(self, pixels: NDArray[np.uint8], body: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """The left and the right hand (2, 21, 3): x, y in pixels, and how sure MediaPipe is of it, 0.5 … 1;
        zeros where none is seen. `body` (33, 3): x, y in pixels, visibility."""
        hands, away = np.zeros((2, NUM_POINTS, 3)), [0.0, 0.0]
        for side, arm in enumerate(_ARMS):
            square = _around(body, arm)
            if square is not None:
                hands[side], away[side] = self._nearest(pixels, square, body[arm[1], :2])
        if _is_one(*hands):
            hands[int(away[0] < away[1])] = 0  # one hand near both wrists belongs to the nearer
        return hands

    def _nearest(
        self, pixels: NDArray[np.uint8], square: Square, wrist: NDArray[np.floating[Any]]
    ) -> tuple[NDArray[np.float64], float]:
        crop = square.cut(pixels, _CROP)
        kind = self._mediapipe.ImageFormat.SRGB
        result = self._graph.detect(self._mediapipe.Image(image_format=kind, data=crop))
        best, away = np.zeros((NUM_POINTS, 3)), _AT_WRIST * square.side
        for marks, names in zip(result.hand_landmarks, result.handedness, strict=True):
            places = square.back(np.array([(p.x, p.y) for p in marks]) * _CROP, _CROP)
            distance = float(np.hypot(*(places[0] - wrist)))
            if distance < away:
                away = distance
                best = np.column_stack([places, np.full(NUM_POINTS, names[0].score)])
        return best, away


def _around(body: NDArray[np.floating[Any]], arm: tuple[int, int, int, int]) -> Square | None:
    """None where the hand is too small to tell, or not in the picture at all."""
    elbow, wrist, little, index = (body[joint, :2] for joint in arm)
    middle = (2 * index + little) / 3
    side = max(_PALMS * float(np.hypot(*(middle - wrist))), _FOREARMS * float(np.hypot(*(wrist - elbow))))
    return Square(float(middle[0]), float(middle[1]), side) if side >= _LEAST_SIDE else None


def _is_one(left: NDArray[np.float64], right: NDArray[np.float64]) -> bool:
    if not left.any() or not right.any():
        return False
    size = float(np.hypot(*np.ptp(left[:, :2], axis=0)))
    return float(np.hypot(*(left - right)[:, :2].mean(axis=0))) < _SAME * size

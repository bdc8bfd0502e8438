"""The face of a body that is known already: MediaPipe's face mesh, as the 68 points of OpenPose.

The Tasks API makes nothing sensible of this model, but OpenCV runs it as it is: 192 × 192 pixels of RGB in
0 … 1 in, 468 points and a score out.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from oelala.media.detectors.crops import Square

NUM_POINTS = 68
_SIDE = 192
_POINTS, _SCORE = "conv2d_21", "conv2d_31"
_RIGHT_EYE, _LEFT_EYE = 33, 263  # outer corners, among the 468
# Where the 68 points of iBUG's 300-W (OpenPose's and DWPose's) are among the 468: chin, brows, nose, eyes,
# mouth, beginning at the person's right.
_OF_MESH = (
    162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389,
    71, 63, 105, 66, 107, 336, 296, 334, 293, 301, 168, 197, 5, 4, 75, 97, 2, 326, 305,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
    61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87,
)  # fmt: skip
_HEAD = slice(0, 11)  # nose, eyes, ears and mouth among the body's 33
_BODY_EYES = (5, 2)  # right, left
_OF_HEAD, _OF_MESH_BOX = 1.6, 1.5  # sides of the square, in spans of what is known
_LOOKS = 3  # the first square is a guess from the body; each look gives a better one
_LEAST_SIDE = 16.0  # pixels
_LEAST_SCORE = 0.5


class FaceFinder:
    """`model`: the path of the network."""

    def __init__(self, model: str) -> None:
        # OpenCV's new engine forgets that there are two outputs.
        self._net = cv2.dnn.readNetFromTFLite(model, cv2.dnn.ENGINE_CLASSIC)

    def find(self, pixels: NDArray[np.uint8], body: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """The face (68, 3): x, y in pixels and the network's score; zeros where none is seen. `body` (33, 3):
        x, y in pixels, visibility."""
        square = _around_head(body)
        none = np.zeros((NUM_POINTS, 3))
        score = 0.0
        mesh = np.zeros((468, 2))
        for _ in range(_LOOKS):
            if square.side < _LEAST_SIDE:
                return none
            mesh, score = self._look(pixels, square)
            if score < _LEAST_SCORE:
                return none
            square = _around_mesh(mesh)
        return np.column_stack([mesh[list(_OF_MESH)], np.full(NUM_POINTS, score)])

    def _look(self, pixels: NDArray[np.uint8], square: Square) -> tuple[NDArray[np.float64], float]:
        crop = square.cut(pixels, _SIDE)
        self._net.setInput(cv2.dnn.blobFromImage(crop, 1 / 255, (_SIDE, _SIDE)))
        points, score = self._net.forward([_POINTS, _SCORE])
        places = np.asarray(points, np.float64).reshape(468, 3)[:, :2]
        return square.back(places, _SIDE), float(1 / (1 + np.exp(-float(np.ravel(score)[0]))))


def _around_head(body: NDArray[np.floating[Any]]) -> Square:
    head = body[_HEAD, :2]
    right, left = (body[joint, :2] for joint in _BODY_EYES)
    span = float(np.hypot(*np.ptp(head, axis=0)))
    way = left - right
    # From the side both eyes are one, and say nothing of how the head is held.
    turn = float(np.arctan2(way[1], way[0])) if np.hypot(*way) > 0.2 * span and way[0] > 0 else 0.0
    middle = head.mean(axis=0)
    return Square(float(middle[0]), float(middle[1]), span * _OF_HEAD, turn)


def _around_mesh(mesh: NDArray[np.float64]) -> Square:
    """Upright by the eyes' corners, as MediaPipe's own tracking does."""
    way = mesh[_LEFT_EYE] - mesh[_RIGHT_EYE]
    turn = float(np.arctan2(way[1], way[0]))
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    upright = mesh @ axes.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    x, y = ((low + high) / 2) @ axes
    return Square(float(x), float(y), float((high - low).max()) * _OF_MESH_BOX, turn)

"""A square of a picture, turned and brought to a network's size, and its points brought back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Square:
    """`x`, `y`: its middle; `side` in pixels of the picture; `turn`: radians, clockwise as seen."""

    x: float
    y: float
    side: float
    turn: float = 0.0

    def cut(self, pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
        """(size, size, 3); black beyond the picture's edges."""
        flat = cv2.warpAffine(pixels, self._to_crop(size), (size, size), flags=cv2.INTER_LINEAR)
        return np.ascontiguousarray(flat, np.uint8)

    def back(self, points: NDArray[np.float64], size: int) -> NDArray[np.float64]:
        """(n, 2) from pixels of the crop to pixels of the picture."""
        change = cv2.invertAffineTransform(self._to_crop(size))
        return np.asarray(points @ change[:, :2].T + change[:, 2], np.float64)

    def _to_crop(self, size: int) -> NDArray[np.float64]:
        scale = size / self.side
        cos, sin = np.cos(self.turn) * scale, np.sin(self.turn) * scale
        middle = size / 2
        return np.array(
            [
                [cos, sin, middle - cos * self.x - sin * self.y],
                [-sin, cos, middle + sin * self.x - cos * self.y],
            ]
        )

"""A frame as MediaPipe's pose landmarker likes it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_SMALLEST_SIDE = 512  # the detector is unsure on smaller pictures than it was trained on
_CUT = 32.0  # of 255; films with much movement stay below 20 within a shot, and go beyond 40 between two

Frame = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Canvas:
    """A frame as the detector likes it: of a middling size, and square, because MediaPipe's landmarks are off
    on other shapes ("Using NORM_RECT without IMAGE_DIMENSIONS is only supported for the square ROI")."""

    pixels: Frame
    width_share: float
    height_share: float

    @classmethod
    def of(cls, frame: Frame, largest_side: int) -> Canvas:
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
            raise ValueError(f"a frame is (height, width, 3), uint8; not {frame.shape} {frame.dtype}")
        height, width = frame.shape[:2]
        side = max(height, width)
        scale = min(max(side, _SMALLEST_SIDE), largest_side) / side
        if scale != 1:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            frame = cv2.resize(
                frame, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
            ).astype(np.uint8, copy=False)
        height, width = frame.shape[:2]
        side = max(height, width)
        pixels = np.zeros((side, side, 3), np.uint8)
        pixels[:height, :width] = frame
        return cls(pixels, width / side, height / side)

    def is_cut_after(self, before: Canvas) -> bool:
        """Whether it shows something else altogether: mean difference of 32 × 32 pixels."""
        if self.pixels.shape != before.pixels.shape:
            return True
        small = [
            cv2.resize(canvas.pixels, (32, 32), interpolation=cv2.INTER_AREA) for canvas in (self, before)
        ]
        return float(cv2.absdiff(*small).mean()) > _CUT * self.width_share * self.height_share

    def undo(self, found: NDArray[np.float32], *others: NDArray[np.float32]) -> None:
        """Changed in place: from shares of the canvas to shares of the frame; z is in widths, too."""
        for points in (found, *others):
            points[..., 0] /= self.width_share
            points[..., 1] /= self.height_share
        found[..., 2] /= self.width_share

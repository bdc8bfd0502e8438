"""What a clip shows, by MediaPipe's joints: is there a body, and which colours have wall, top and bottom."""

from dataclasses import dataclass

import cv2
import numpy as np

from oelala.media.pose import BodyFinder
from oelala.mini.world.vocabulary import COLOURS

# MediaPipe's numbers of the joints, left and right.
_SHOULDERS, _HIPS, _KNEES = (11, 12), (23, 24), (25, 26)
# Cloth is seen in shade: a bright colour may come at these strengths, black, white and grey may not.
_STRENGTHS = (1.0, 0.85, 0.7)


def _to_lab(colour: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(colour.reshape(1, 1, 3).astype(np.float32), cv2.COLOR_RGB2LAB).reshape(3)


_SHADES = [
    (name, _to_lab(np.array(value) * strength))
    for name, value in COLOURS.items()
    for strength in (_STRENGTHS if name not in ("black", "white", "grey", "brown") else (1.0,))
]


def name_colour(colour: np.ndarray) -> str:
    """The nearest of the eleven colours, in Lab; `colour` is sRGB 0..1."""
    lab = _to_lab(colour)
    return min(_SHADES, key=lambda shade: float(np.linalg.norm(shade[1] - lab)))[0]


@dataclass(frozen=True)
class Verdict:
    """Share of frames with a body, and the colours seen; a part that no body places is None."""

    body: float
    wall: str
    top: str | None
    bottom: str | None


class Judge:
    """The studio's own body finder (MediaPipe's pose landmarker) over frames."""

    def __init__(self, finder: BodyFinder) -> None:
        self.finder = finder

    def look(self, frames: np.ndarray) -> Verdict:
        """Judge frames uint8 (T, H, W, 3)."""
        track = self.finder.track(list(frames))
        found = [
            (frame, marks[:, :2])
            for frame, marks, there in zip(frames, track.landmarks, track.found, strict=True)
            if there
        ]
        side = frames.shape[1] // 8
        corners = np.concatenate([frames[:, :side, :side], frames[:, :side, -side:]], 2)
        wall = name_colour(np.median(corners.reshape(-1, 3), 0) / 255)
        tops = [_between(frame, joints, _SHOULDERS, _HIPS, (0.35, 0.75)) for frame, joints in found]
        bottoms = [_between(frame, joints, _HIPS, _KNEES, (0.15, 0.6)) for frame, joints in found]
        return Verdict(len(found) / len(frames), wall, _median_name(tops), _median_name(bottoms))


def _between(
    frame: np.ndarray,
    joints: np.ndarray,
    above: tuple[int, int],
    below: tuple[int, int],
    part: tuple[float, float],
) -> np.ndarray:
    """The pixels near the lines from the joints above to those below, on a part of the way."""
    size = frame.shape[0]
    pixels = []
    for a, b in zip(above, below, strict=True):
        middle = (joints[above[0]] + joints[above[1]]) / 2
        start = joints[a] + 0.35 * (middle - joints[a]) if above == _SHOULDERS else joints[a]
        for way in np.linspace(*part, 8):
            x, y = ((start + way * (joints[b] - start)) * size).astype(int)
            if 1 <= x < size - 1 and 1 <= y < size - 1:
                pixels.append(frame[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3))
    return np.concatenate(pixels) if pixels else np.zeros((0, 3))


def _median_name(pixels: list[np.ndarray]) -> str | None:
    all_pixels = np.concatenate([*pixels, np.zeros((0, 3))])
    return name_colour(np.median(all_pixels, 0) / 255) if len(all_pixels) else None

"""What a clip shows, by MediaPipe's joints: a body or none, and the colours of wall, clothes and hair."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from oelala.media.pose import BodyFinder, PoseTrack
from oelala.mini.world.vocabulary import COLOURS, HAIR_COLOURS

Frames = NDArray[np.uint8]
# MediaPipe's numbers of the joints, left and right.
_SHOULDERS, _HIPS, _KNEES = (11, 12), (23, 24), (25, 26)
_EYES, _EARS, _MOUTH = (2, 5), (7, 8), (9, 10)
# From the eyes upwards in distances from mouth to eyes, and sideways in distances from ear to ear: there 55
# of 56 heads of hair are named rightly on renders; lower is forehead, higher is wall.
_HAIR_UP, _HAIR_ASIDE = (1.0, 1.6), 0.45
# Cloth is seen in shade: a bright colour may come at these strengths, black, white and grey may not.
_STRENGTHS = (1.0, 0.85, 0.7)
_PLAIN = ("black", "white", "grey", "brown")


def _to_lab(colour: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(colour.reshape(1, 1, 3).astype(np.float32), cv2.COLOR_RGB2LAB).reshape(3)


def _shades(colours: dict[str, tuple[float, float, float]]) -> list[tuple[str, np.ndarray]]:
    return [
        (name, _to_lab(np.array(value) * strength))
        for name, value in colours.items()
        for strength in ((1.0,) if name in _PLAIN else _STRENGTHS)
    ]


_CLOTH, _HAIR = _shades(COLOURS), _shades(HAIR_COLOURS)


def name_colour(colour: np.ndarray, *, hair: bool = False) -> str:
    """The nearest of the eleven colours, or of hair's twelve, in Lab; `colour` is sRGB 0..1."""
    lab = _to_lab(colour)
    shades = _HAIR if hair else _CLOTH
    return min(shades, key=lambda shade: float(np.linalg.norm(shade[1] - lab)))[0]


@dataclass(frozen=True)
class Verdict:
    """Share of frames with a body, and the colours seen; a part that no body places is None."""

    body: float
    wall: str
    top: str | None
    bottom: str | None
    hair: str | None


class Judge:
    """The studio's own body finder (MediaPipe's pose landmarker) over frames."""

    def __init__(self, finder: BodyFinder) -> None:
        self.finder = finder

    def look(self, frames: Frames) -> Verdict:
        """Judge frames uint8 (T, H, W, 3)."""
        return self.verdict(frames, self.finder.track(list(frames)))

    def verdict(self, frames: Frames, track: PoseTrack) -> Verdict:
        """The same of frames that have been looked at."""
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
        hair = [_above_eyes(frame, joints) for frame, joints in found]
        names = _median_name(tops), _median_name(bottoms), _median_name(hair, hair=True)
        return Verdict(len(found) / len(frames), wall, *names)


def _between(
    frame: np.ndarray,
    joints: np.ndarray,
    above: tuple[int, int],
    below: tuple[int, int],
    part: tuple[float, float],
) -> np.ndarray:
    """The pixels near the lines from the joints above to those below, on a part of the way."""
    middle = (joints[above[0]] + joints[above[1]]) / 2
    places = []
    for a, b in zip(above, below, strict=True):
        start = joints[a] + 0.35 * (middle - joints[a]) if above == _SHOULDERS else joints[a]
        places += [start + way * (joints[b] - start) for way in np.linspace(*part, 8)]
    return _pixels(frame, places)


def _above_eyes(frame: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """The pixels where the hair is: above the forehead, along the head's own upright."""
    eyes, mouth = (joints[list(pair)].mean(0) for pair in (_EYES, _MOUTH))
    up, aside = eyes - mouth, joints[_EARS[0]] - joints[_EARS[1]]
    ways = [(high, wide) for high in np.linspace(*_HAIR_UP, 5) for wide in np.linspace(-1, 1, 5)]
    return _pixels(frame, [eyes + high * up + wide * _HAIR_ASIDE * aside for high, wide in ways], around=0)


def _pixels(frame: np.ndarray, places: Sequence[np.ndarray], around: int = 1) -> np.ndarray:
    """The pixels (N, 3) at places (x, y in 0..1) and `around` them; places outside the frame are left out."""
    height, width = frame.shape[:2]
    pixels = [np.zeros((0, 3))]
    for place in places:
        x, y = (place * (width, height)).astype(int)
        if around <= x < width - around and around <= y < height - around:
            pixels.append(frame[y - around : y + around + 1, x - around : x + around + 1].reshape(-1, 3))
    return np.concatenate(pixels)


def _median_name(pixels: list[np.ndarray], *, hair: bool = False) -> str | None:
    all_pixels = np.concatenate([*pixels, np.zeros((0, 3))])
    return name_colour(np.median(all_pixels, 0) / 255, hair=hair) if len(all_pixels) else None

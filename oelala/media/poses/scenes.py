"""Where a film cuts to another scene: nobody is followed across that.

Every frame is kept as 16 × 9 pixels (432 bytes). A frame begins a scene where it differs from the one before
it both in colour (mean absolute difference of 24 of 255 or more) and in layout (correlation of grey values,
0.35 at most), and where neither comes back within 0.3 s: a flash, or something large that passes, goes away.

The thresholds lie between what was seen within scenes and at the five cuts of a film of cyclists, at 25
frames a second and with a camera that turns fast: at most 17 and at least 0.54 within, at least 39 and at
most 0.29 at cuts. At 8 frames a second the pairs within a scene still miss one threshold each. A fade is no
cut: it has no frame at which the picture jumps. Nor is a cut between two dark scenes always seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

_SIZE = (16, 9)  # width, height
_LEAST_DIFFERENCE = 24.0  # of 255
_MOST_ALIKE = 0.35
_BRIEF = 0.3  # seconds
_NOISE = 16.0  # variance of grey values, of 255²: what an even picture may have without showing anything

Frame = NDArray[np.uint8]


def thumbnail(frame: Frame) -> Frame:
    """(9, 16, 3), of an RGB frame of any size."""
    return cv2.resize(frame, _SIZE, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def watched(frames: Iterable[Frame], kept: list[Frame]) -> Iterator[Frame]:
    """The same frames; `kept` gets a thumbnail of each that has passed."""
    for frame in frames:
        kept.append(thumbnail(frame))
        yield frame


def scene_starts(thumbnails: Sequence[Frame], fps: float) -> tuple[int, ...]:
    """The frames, in order, that begin another scene; the first of all does not count."""
    brief = max(1, round(_BRIEF * fps))
    return tuple(index for index in range(1, len(thumbnails)) if _begins_scene(thumbnails, index, brief))


def scene_of(num_frames: int, starts: Sequence[int]) -> NDArray[np.int_]:
    """(T,): which scene each frame belongs to, counted from 0."""
    return np.searchsorted(np.array(starts, int), np.arange(num_frames), side="right")


def differ(one: Frame, other: Frame) -> bool:
    """Whether two thumbnails show different scenes."""
    if float(cv2.absdiff(one, other).mean()) < _LEAST_DIFFERENCE:
        return False
    first, second = (_centred(picture) for picture in (one, other))
    spread = float(np.sqrt((first**2).mean() * (second**2).mean())) + _NOISE
    return float((first * second).mean()) / spread <= _MOST_ALIKE


def _begins_scene(thumbnails: Sequence[Frame], index: int, brief: int) -> bool:
    before, now = thumbnails[index - 1], thumbnails[index]
    if not differ(before, now):
        return False
    later = thumbnails[index + 1 : index + 1 + brief]
    earlier = thumbnails[max(0, index - 1 - brief) : index - 1]
    return all(differ(before, one) for one in later) and all(differ(now, one) for one in earlier)


def _centred(picture: Frame) -> NDArray[np.float64]:
    grey = picture.mean(axis=2, dtype=np.float64)
    return grey - grey.mean()

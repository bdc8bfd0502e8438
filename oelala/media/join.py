"""Where two clips meet: the second brought to the colours of the first, and how much of the seam is seen."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from oelala.media.face import FaceReader

Frames = NDArray[np.uint8]
_MOST_GAIN = 1.25  # beyond it two frames show different things, and matching them would do harm
NEAR = 4  # frames to each side that say how sharp a clip is there, and how much it moves


@dataclass(frozen=True, slots=True)
class Join:
    """`frame`: of the joined clip, the first one of what was added.

    `colour`: how far apart the mean colours on both sides are, as ΔE of CIE 1976 (about 2 is the least that
    eyes notice), beyond what neighbours differ anyway; `colour_before`: the same without matching.
    `sharpness`: that of the added frames as a share of those before (variance of the Laplacian). `jump`: the
    mean difference of the two frames that meet, as a multiple of that between neighbours around them; 1 is no
    seam at all. `identity`: how far the faces on both sides are apart, as Euclid measures two descriptors
    of `media.face` (people told apart lie beyond 0.6); None where either side shows no face. `shared`: how
    many frames before it both clips have.
    """

    frame: int
    colour: float
    colour_before: float
    sharpness: float
    jump: float
    identity: float | None = None
    shared: int = 1

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """How a clip of `num_frames` frames ends: the last few, (n, H, W, 3), RGB."""

    num_frames: int
    frames: Frames


def end_of(frames: Iterable[NDArray[np.uint8]], most: int = NEAR) -> End:
    """Looks at every frame and holds no more than it keeps: the last `most`, or more. Raises ValueError
    without any."""
    last: deque[NDArray[np.uint8]] = deque(maxlen=max(NEAR, most))
    count = 0
    for frame in frames:
        last.append(frame)
        count += 1
    return End(count, np.stack(list(last)))


def join_clips(end: End, added: Frames, shared: int = 1) -> tuple[Frames, Join]:
    """What comes after the clip that ends so. `added` (T, H, W, 3), RGB, begins with pictures of its last
    `shared` frames (at most as many as `end` holds).

    What these look like beside those that they are pictures of tells how the colours have to be matched in
    all that follow. The first of them goes; the others fade from the clip before into the new one, and what
    is answered begins with them: it takes the place of the last `shared` - 1 frames.
    """
    wanted = end.frames[-shared:]
    matched = match_colours(added[shared:], added[:shared], wanted)
    faded = _faded(wanted, match_colours(added[:shared], added[:shared], wanted))
    before = np.concatenate([end.frames[: len(end.frames) - shared + 1], faded])[-NEAR:]
    near = matched[:NEAR]
    usual = _usual(_apart, before, near)
    join = Join(
        frame=end.num_frames,
        colour=round(max(0.0, _apart(before[-1], matched[0]) - usual), 2),
        colour_before=round(max(0.0, _apart(end.frames[-1], added[shared]) - usual), 2),
        sharpness=_share(_sharpness(near), _sharpness(before)),
        jump=_share(_step(before[-1], matched[0]), _usual(_step, before, near)),
        identity=_identity(before, near),
        shared=shared,
    )
    return np.concatenate([faded, matched]), join


def _faded(one: Frames, other: Frames) -> Frames:
    """From the first to the second, frame by frame; the very first frame, which is all of `one`, left out."""
    share = (np.arange(1, len(one), dtype=np.float32) / len(one))[:, None, None, None]
    return (one[1:] * (1 - share) + other[1:] * share).round().astype(np.uint8)


def match_colours(frames: Frames, seen: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> Frames:
    """`frames` with the gain and offset of each channel that bring `seen` to `wanted` (frames or one)."""
    one, other = seen.reshape(-1, 3).astype(np.float64), wanted.reshape(-1, 3).astype(np.float64)
    gain = (other.std(0) + 1e-6) / (one.std(0) + 1e-6)
    gain = gain.clip(1 / _MOST_GAIN, _MOST_GAIN)
    offset = other.mean(0) - gain * one.mean(0)
    matched = np.empty_like(frames)
    for number, frame in enumerate(
        frames
    ):  # one at a time: floats of all of them would take eight times as much
        matched[number] = (frame * gain + offset).clip(0, 255).round()
    return matched


def _identity(before: Frames, added: Frames) -> float | None:
    """Between the mean descriptors of both sides' largest faces."""
    reader = FaceReader()
    tracks = [reader.read(side) for side in (before, added)]
    if not all(track.found.any() for track in tracks):
        return None
    one, other = (track.descriptors[track.found].mean(axis=0) for track in tracks)
    return round(float(np.linalg.norm(one - other)), 3)


def _apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """ΔE of CIE 1976 between the mean colours of two frames."""
    means = np.stack([frame.reshape(-1, 3).mean(0) for frame in (one, other)]).astype(np.float32) / 255
    lab = cv2.cvtColor(means[None], cv2.COLOR_RGB2LAB)[0]
    return float(np.linalg.norm(lab[0] - lab[1]))


def _sharpness(frames: Sequence[NDArray[np.uint8]] | Frames) -> float:
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    return float(np.mean([cv2.Laplacian(grey, cv2.CV_64F).var() for grey in greys]))


def _step(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(np.int16) - other).mean())


def _usual(measure: Callable[[Any, Any], float], before: Frames, added: Frames) -> float:
    """The median of a measure between neighbours on both sides."""
    steps = [measure(side[n], side[n + 1]) for side in (before, added) for n in range(len(side) - 1)]
    return float(np.median(steps)) if steps else 0.0


def _share(of: float, by: float) -> float:
    return round(of / by, 2) if by > 1e-3 else 1.0 if of <= 1e-3 else 99.0

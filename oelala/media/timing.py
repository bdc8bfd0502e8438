"""When the frames of a film are shown: at an even rate, or not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_NO_TIME = -(2.0**40)  # files without times say a number far below it


def is_even(times: Sequence[float]) -> bool:
    """Whether no frame is more than half a frame away from where a steady rate would show it, and none is
    left out. `times`: of the frames in order, in any unit."""
    shown = np.asarray(times)
    if len(shown) < 3 or shown[0] <= _NO_TIME or shown[-1] <= shown[0]:
        return True
    steps, steady = np.diff(shown), np.linspace(shown[0], shown[-1], len(shown))
    usual = float(np.median(steps))
    return bool(max(np.abs(steps - usual).max(), np.abs(shown - steady).max()) <= 0.5 * usual)


def repeats(times: Sequence[float], end: float, fps: float) -> list[int]:
    """How often each frame comes at `fps` frames a second, so that all are shown when they were, until `end`;
    0 for one that is too short. The last always comes. Times in seconds."""
    shown = np.asarray(times) - times[0]
    last = int(shown[-1] * fps + 0.5)
    middles = (np.arange(max(last + 1, round((end - times[0]) * fps))) + 0.5) / fps
    chosen = np.searchsorted(shown, middles, side="right") - 1
    return [int(count) for count in np.bincount(chosen, minlength=len(shown))]

"""What somebody does, read from 33 frames of MediaPipe's joints: a small network over the track's statistics.

Its weights lie beside this file (`actions.json`) and are made by `train_actions.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

WEIGHTS = Path(__file__).with_name("actions.json")
Floats = NDArray[np.float64]
NUM_FRAMES = 33
# Of COCO-18: nose, neck, arms and legs. Eyes and ears say nothing more.
_JOINTS = 14
_NECK, _HIPS, _WRISTS, _ANKLES = 1, (8, 11), (4, 7), (10, 13)
_FEWEST_FOUND = 1 / 3
_TEMPOS = 5
_STEADY = 5  # frames


def features(track: NDArray[np.float32]) -> Floats | None:
    """Numbers of a track (T, 18, 3) that do not depend on place, size and moment; None where the body is
    missing from more than two thirds of the frames."""
    found = np.any(track, axis=(1, 2))
    if found.mean() < _FEWEST_FOUND:
        return None
    joints = _steadied(_without_gaps(track[:, :_JOINTS, :2].astype(np.float64), found))
    hips = joints[:, list(_HIPS)].mean(1)
    size = max(float(np.quantile(np.hypot(*(joints[:, _NECK] - hips).T), 0.8)), 0.02)
    still = (joints - np.median(hips, 0)) / size
    moving = (joints - hips[:, None]) / size
    wrists = np.hypot(*(joints[:, _WRISTS[0]] - joints[:, _WRISTS[1]]).T) / size
    ankles = np.hypot(*(joints[:, _ANKLES[0]] - joints[:, _ANKLES[1]]).T) / size
    curves = np.concatenate([still.reshape(len(still), -1), wrists[:, None], ankles[:, None]], 1)
    steps = np.diff(moving.reshape(len(moving), -1), axis=0)
    spectrum = np.abs(np.fft.rfft(curves - curves.mean(0), axis=0))[1 : _TEMPOS + 1] / len(curves)
    return np.concatenate(
        [
            curves.mean(0),
            np.quantile(curves, 0.1, axis=0),
            np.quantile(curves, 0.9, axis=0),
            np.ptp(np.quantile(moving, (0.1, 0.9), axis=0), axis=0).ravel(),
            np.quantile(np.abs(steps), 0.7, axis=0),
            spectrum.ravel(),
        ]
    )


def _without_gaps(joints: Floats, found: NDArray[np.bool_]) -> Floats:
    known = np.flatnonzero(found)
    filled = joints.copy()
    for column in np.ndindex(joints.shape[1:]):
        filled[(slice(None), *column)] = np.interp(np.arange(len(joints)), known, joints[(known, *column)])
    return filled


def _steadied(joints: Floats) -> Floats:
    """The median over five frames: the detector now and then sees another body for a frame or two."""
    edge = _STEADY // 2
    padded = np.concatenate([joints[:1].repeat(edge, 0), joints, joints[-1:].repeat(edge, 0)])
    steady: Floats = np.median(np.lib.stride_tricks.sliding_window_view(padded, _STEADY, 0), -1)
    return steady


@dataclass(frozen=True, slots=True, eq=False)
class ActionClassifier:
    """Two layers over standardised features. `report`: how well it does on renders, and what made it."""

    actions: tuple[str, ...]
    mean: Floats
    deviation: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats
    report: dict[str, Any]

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Self:
        """Raises OSError, and ValueError for another kind of file."""
        data = json.loads(path.read_text(encoding="utf-8"))
        arrays = {name: np.array(data[name]) for name in ARRAYS}
        return cls(actions=tuple(data["actions"]), report=data["report"], **arrays)

    def scores(self, rows: Floats) -> Floats:
        """(N, actions) of features (N, F), not normalised."""
        x = np.clip((rows - self.mean) / self.deviation, -6, 6)
        scores: Floats = np.maximum(x @ self.hidden + self.hidden_bias, 0) @ self.out + self.out_bias
        return scores

    def name(self, track: NDArray[np.float32]) -> str | None:
        """The action of a track (T, 18, 3) as `PoseTrack.to_coco18` gives it; None without a body."""
        row = features(track)
        return None if row is None else self.actions[int(self.scores(row[None]).argmax())]


ARRAYS = ("mean", "deviation", "hidden", "hidden_bias", "out", "out_bias")

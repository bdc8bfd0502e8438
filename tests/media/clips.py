"""Small clips for the tests of media and library."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def moving_gradient(num_frames: int = 9, height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    """A colour gradient that drifts to the right: smooth, so that a codec keeps it almost exactly."""
    x = np.arange(width)[None, None, :] + 2 * np.arange(num_frames)[:, None, None]
    y = np.arange(height)[None, :, None] + np.zeros_like(x)
    x = x + np.zeros_like(y)
    red, green = 255 * x / (width + 2 * num_frames), 255 * y / height
    return np.stack([red, green, 255 - (red + green) / 2], axis=-1).astype(np.uint8)


def noise(num_frames: int, height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """What no codec can make small."""
    return np.random.default_rng(seed).integers(0, 256, (num_frames, height, width, 3), np.uint8)

"""Still and moving pictures: previews and posters."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

POSTER_SIDE = 512


def animated_webp(frames: NDArray[np.uint8], fps: float, max_side: int = 256) -> bytes:
    """Frames (T, H, W, 3), RGB, as a looping WebP whose longer side is at most `max_side` pixels.

    Quick rather than small: 9 frames of 128² take some 20 ms and 30 kB.
    """
    pictures = [_fit(Image.fromarray(np.ascontiguousarray(frame)), max_side) for frame in frames]
    buffer = BytesIO()
    pictures[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=max(1, round(1000 / fps)),
        loop=0,
        quality=60,
        method=0,
    )
    return buffer.getvalue()


def write_poster(path: Path, frame: NDArray[np.uint8]) -> None:
    """One frame (H, W, 3), RGB, as a JPEG whose longer side is at most 512 pixels. Raises OSError."""
    picture = _fit(Image.fromarray(np.ascontiguousarray(frame)), POSTER_SIDE)
    picture.save(path, "JPEG", quality=88)


def shrink(frame: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """One frame (H, W, 3) at that size in pixels."""
    return np.asarray(Image.fromarray(frame).resize((width, height), Image.Resampling.BOX))


def _fit(picture: Image.Image, max_side: int) -> Image.Image:
    scale = max_side / max(picture.size)
    if scale >= 1:
        return picture
    width, height = (max(1, round(side * scale)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)

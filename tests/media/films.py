"""Small films with a body in them, for the tests of motions: of every awkward kind."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oelala.media.ffmpeg import executable
from oelala.media.video import VideoSpec, write_video
from tests.media.people import rendered

STEP = 4  # pixels to the right, from frame to frame
Frame = NDArray[np.uint8]


def walking_body(num_frames: int = 16, height: int = 256, width: int = 384) -> list[Frame]:
    """A standing body that glides to the right over an even wall."""
    body, _ = rendered("full body")
    wall = np.repeat(body[:, :1], width, axis=1)
    frames = []
    for number in range(num_frames):
        frame = wall.copy()
        left = number * STEP
        frame[:, left : left + 256] = body[:, : max(0, width - left)]
        frames.append(np.ascontiguousarray(frame[:height]))
    return frames


def joints_at(number: int) -> NDArray[np.float64]:
    """(18, 2), pixels: where the renderer put them in frame `number`."""
    return rendered("full body")[1].astype(np.float64) * 256 + (number * STEP, 0)


def film(path: Path, frames: list[Frame], fps: float = 16) -> Path:
    height, width = frames[0].shape[:2]
    write_video(path, frames, VideoSpec(width, height, len(frames), fps))
    return path


def ffmpeg(*arguments: str) -> None:
    subprocess.run([executable(), "-y", "-loglevel", "error", *arguments], check=True, timeout=60)

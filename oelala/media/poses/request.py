"""What is asked of a motion: data alone, so that whoever asks imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from oelala.media.poses.styles import StyleName


@dataclass(frozen=True, slots=True)
class PoseRequest:
    """`file`: a film, a picture, OpenPose's JSON (a file, folder or zip), or a shipped motion's name. Of a
    film the part from `start` to `end` (seconds; None: its end) at `fps` frames a second (None: its own).

    `draw`: an mp4 to draw the bodies in, in the style `style`; `openpose`: a folder for OpenPose's JSON.
    """

    file: str
    start: float = 0.0
    end: float | None = None
    fps: float | None = None
    draw: Path | None = None
    style: StyleName = "openpose"
    openpose: Path | None = None

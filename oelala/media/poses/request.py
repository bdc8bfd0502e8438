"""What is asked of a motion: data alone, so that whoever asks imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from oelala.media.poses.styles import StyleName

Detector = Literal["mediapipe", "dwpose", "openpose"]


@dataclass(frozen=True, slots=True)
class PoseRequest:
    """`file`: a film, a picture, OpenPose's JSON (a file, folder or zip), or a shipped motion's name. Of a
    film the part from `start` to `end` (seconds; None: its end) at `fps` frames a second (None: its own).

    `detector`: what finds the bodies of a film; `hands`, `face`: whether the built-in one looks for those,
    too; `models`: the Hugging Face cache, for one whose weights lie there. `draw`: an mp4 to draw the bodies
    in, in that `style`, `over` the film or on black; `openpose`: a folder for OpenPose's JSON. `against`:
    another such file, to say how well this one follows it.
    """

    file: str
    start: float = 0.0
    end: float | None = None
    fps: float | None = None
    detector: Detector = "mediapipe"
    hands: bool = False
    face: bool = False
    models: Path = Path()
    draw: Path | None = None
    style: StyleName = "openpose"
    over: bool = False
    openpose: Path | None = None
    against: str | None = None

"""Which detectors can be used on this computer, and what the others lack."""

from __future__ import annotations

from pathlib import Path

from oelala.errors import OelalaError
from oelala.media.poses.dwpose import find_dwpose
from oelala.media.poses.openpose_program import find_openpose
from oelala.media.poses.request import Detector


def obstacle(detector: Detector, models: Path) -> OelalaError | None:
    """What it lacks ("no-dwpose", "no-openpose"); None: nothing. `models`: the Hugging Face cache."""
    try:
        match detector:
            case "dwpose":
                find_dwpose(models)
            case "openpose":
                find_openpose()
            case "mediapipe":
                pass
    except OelalaError as fault:
        return fault
    return None

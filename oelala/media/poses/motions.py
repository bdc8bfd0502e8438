"""The motions that ship with the studio; `oelala/mini/motions.py` made them."""

from __future__ import annotations

from oelala.media.poses.document import Pose
from oelala.media.poses.openpose_read import read_openpose
from oelala.settings import ASSETS

FOLDER = ASSETS / "motions"
MOTIONS = ("wave", "walk", "jump", "dance", "turn")


def shipped_motion(name: str) -> Pose:
    """One person for four seconds, 256 × 256 at 16 frames a second. Raises KeyError for an unknown name."""
    if name not in MOTIONS:
        raise KeyError(name)
    return read_openpose(FOLDER / f"{name}.json")

"""Whether the film cuts to another scene in the part that drives a clip."""

from __future__ import annotations

from math import floor

import numpy as np

from oelala.media.poses.document import Pose
from oelala.media.poses.fit_check import Finding


def check_scenes(pose: Pose, start: float = 0.0, seconds: float | None = None) -> list[Finding]:
    """The cut that ends the scene of the first person, else the last one before them; serious where they are
    not seen after it. Nothing where they are not seen at all.

    `pose` begins `start` seconds into its motion, and its first `seconds` count (None: all of it).
    """
    count = pose.num_frames if seconds is None else min(pose.num_frames, round(seconds * pose.fps))
    cuts = [cut for cut in pose.scene_starts if cut < count]
    seen = np.flatnonzero(pose.found(pose.people[0])[:count]) if pose.people else np.zeros(0, int)
    if not cuts or not len(seen):
        return []
    ends = next((cut for cut in cuts if cut > seen[-1]), None)
    at = start + (cuts[-1] if ends is None else ends) / pose.fps
    # Rounded down, as a part that ends there must not have the next scene's first frame.
    values = {"at": floor(round(at * 100, 6)) / 100}
    return [Finding("cuts-away", serious=ends is not None, values=values)]

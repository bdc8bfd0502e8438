"""Whether a motion and its clip last equally long: else its rest is cut off, or the body stands still."""

from __future__ import annotations

from oelala.media.poses.document import Pose
from oelala.media.poses.fit_check import Code, Finding

# Frames of the clip: models count theirs in steps of four, and the nearest is two away at most.
_SLACK = 2


def check_length(driver: Pose, fps: float, num_frames: int) -> list[Finding]:
    """`driver`: the part of the one person who is followed, at its own rate; `fps`, `num_frames`: of the
    clip. A single picture stands still on purpose, and who has left by the last frame does not stand."""
    lasts = driver.num_frames * fps / driver.fps
    if driver.num_frames < 2 or abs(lasts - num_frames) <= _SLACK:
        return []
    code: Code = "only-part" if lasts > num_frames else "stands-still"
    if code == "stands-still" and not driver.found(driver.people[0])[-1]:
        return []
    seconds = {"clip": round(num_frames / fps, 1), "motion": round(lasts / fps, 1)}
    return [Finding(code, values=seconds)]

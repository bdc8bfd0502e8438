"""Made-up bodies with known bones, for the tests of fitting and measuring."""

from __future__ import annotations

import numpy as np

from oelala.media.poses.document import Person, Points, Pose

# A standing body of 18 joints, in shares of its height, the nose at the top.
STANDING = np.array(
    [
        (0.0, 0.0), (0.0, 0.15), (-0.12, 0.16), (-0.14, 0.34), (-0.15, 0.5), (0.12, 0.16), (0.14, 0.34),
        (0.15, 0.5), (-0.08, 0.5), (-0.08, 0.74), (-0.08, 1.0), (0.08, 0.5), (0.08, 0.74), (0.08, 1.0),
        (-0.02, -0.02), (0.02, -0.02), (-0.05, 0.0), (0.05, 0.0),
    ]
)  # fmt: skip


def standing(height: float = 200, at: tuple[float, float] = (128, 30), num_frames: int = 5) -> Points:
    """(T, 18, 3), the nose at `at`, everything seen."""
    body = np.ones((num_frames, 18, 3))
    body[..., :2] = STANDING * height + at
    return body


def pose_of(
    *bodies: Points, width: int = 256, height: int = 256, fps: float = 16, least: float = 0.3
) -> Pose:
    return Pose(
        width, height, fps, len(bodies[0]) if bodies else 5, tuple(Person.of(b) for b in bodies), least
    )

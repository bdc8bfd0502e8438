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


def crouching(
    height: float = 200, turned: float = 0, back: float = 35, thighs: float = 80, shins: float = 30
) -> Points:
    """One frame of the same body, bent, and turned from the camera, all in degrees: no bone is longer or
    shorter, many are seen from their ends. Backs lean forward, knees are in front of hips and feet."""
    flat, depth = STANDING.copy(), np.zeros(18)
    hips = STANDING[8, 1]

    def bend(joint: int, start: int, length: float, angle: float) -> None:
        depth[joint] = depth[start] + length * np.sin(np.radians(angle))
        flat[joint, 1] = flat[start, 1] + length * np.cos(np.radians(angle))

    for joint in (*range(8), *range(14, 18)):
        bend(joint, 8, STANDING[joint, 1] - hips, -back)
    for hip, knee, ankle in ((8, 9, 10), (11, 12, 13)):
        bend(knee, hip, STANDING[knee, 1] - hips, thighs)
        bend(ankle, knee, STANDING[ankle, 1] - STANDING[knee, 1], -shins)
    body = np.ones((1, 18, 3))
    angle = np.radians(turned)
    body[0, :, 0] = (flat[:, 0] * np.cos(angle) + depth * np.sin(angle)) * height + 128
    body[0, :, 1] = flat[:, 1] * height + 30
    return body

"""Ground truth: the 18 COCO joints of everybody, by their OpenPose numbers."""

from dataclasses import dataclass

import torch
from torch import Tensor

from oelala.mini.world.face import eye_place
from oelala.mini.world.head import head_size, nose_height
from oelala.mini.world.pack import People
from oelala.mini.world.rotation import apply, vector

JOINTS = (
    "nose", "neck", "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow",
    "left wrist",
    "right hip", "right knee", "right ankle", "left hip", "left knee", "left ankle",
    "right eye", "left eye", "right ear", "left ear",
)  # fmt: skip


@dataclass
class Truth:
    """`joints` (B, T, 18, 2) in 0..1 of the frame, y down; `visible` (B, T, 18)."""

    joints: Tensor
    visible: Tensor


def joints_3d(people: People) -> Tensor:
    """(F, 18, 3) in metres."""
    s = people.skeleton
    radii = head_size(people)

    def on_head(x: Tensor | float, y: Tensor | float, z: float) -> Tensor:
        zero = torch.zeros_like(s.scale)
        return s.head + apply(s.head_frame, vector(zero + x, zero + y, z) * radii)

    right = [s.shoulders[:, 1], s.elbows[:, 1], s.wrists[:, 1]]
    left = [s.shoulders[:, 0], s.elbows[:, 0], s.wrists[:, 0]]
    right_leg = [s.hips[:, 1], s.knees[:, 1], s.ankles[:, 1]]
    left_leg = [s.hips[:, 0], s.knees[:, 0], s.ankles[:, 0]]
    x, y = eye_place(people)
    face = [on_head(-x, y, 0.90), on_head(x, y, 0.90), on_head(-1.0, 0, 0), on_head(1.0, 0, 0)]
    joints = [
        on_head(0, nose_height(people), 1.1),
        s.shoulders.mean(1),
        *right,
        *left,
        *right_leg,
        *left_leg,
        *face,
    ]
    return torch.stack(joints, 1)

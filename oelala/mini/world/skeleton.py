"""From a pose to joints in space: forward kinematics for the trunk, two-bone inverse kinematics
for the limbs.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from oelala.mini.world.actions import Pose
from oelala.mini.world.rotation import apply, compose, dot, rotate_x, rotate_y, rotate_z, unit, vector

# Metres for a person of height 1.0 (about 1.70 m).
UPPER_ARM, FOREARM, THIGH, SHIN, ANKLE = 0.275, 0.255, 0.42, 0.42, 0.075
SPINE, HIP, HEAD_UP = 0.49, 0.095, 0.205


@dataclass
class Skeleton:
    """Joints (F, 3) or (F, 2, 3) in metres, left first, and the frames of trunk and head (F, 3, 3)."""

    scale: Tensor
    pelvis: Tensor
    pelvis_frame: Tensor
    neck: Tensor
    chest_frame: Tensor
    head: Tensor
    head_frame: Tensor
    shoulders: Tensor
    elbows: Tensor
    wrists: Tensor
    hips: Tensor
    knees: Tensor
    ankles: Tensor
    toes: Tensor


def reach(root: Tensor, target: Tensor, pole: Tensor, upper: Tensor, lower: Tensor) -> tuple[Tensor, Tensor]:
    """Middle and end joint of a two-bone limb: the law of cosines, the middle joint on the side of `pole`.

    Points (..., 3); bone lengths (..., 1). A target out of reach is approached along its direction.
    """
    line = target - root
    distance = line.norm(dim=-1, keepdim=True)
    distance = torch.minimum(torch.maximum(distance, (upper - lower).abs() + 0.02), upper + lower - 0.003)
    along = unit(line)
    cosine = ((upper**2 + distance**2 - lower**2) / (2 * upper * distance)).clamp(-1, 1)
    side = unit(pole - along * dot(pole, along))
    middle = root + upper * (along * cosine + side * (1 - cosine**2).clamp_min(0).sqrt())
    return middle, root + along * distance


def build_skeleton(pose: Pose, yaw: Tensor, root: Tensor, scale: Tensor, shoulder: Tensor) -> Skeleton:
    """Joints of F frames.

    yaw (F,) radians, root (F, 3) floor point in metres, scale (F,) height around 1, shoulder (F,) half width.
    """
    size = scale.unsqueeze(-1)
    facing = rotate_y(yaw)
    pelvis_frame = compose(facing, rotate_x(pose.pelvis_lean))
    height = vector(torch.zeros_like(yaw), THIGH + SHIN + ANKLE, 0.0) * size
    pelvis = root + apply(facing, pose.pelvis * ((THIGH + SHIN) * size)) + height
    bend = compose(rotate_x(pose.chest_lean), compose(rotate_z(-pose.chest_side), rotate_y(pose.chest_twist)))
    half = compose(rotate_x(pose.chest_lean / 2), rotate_z(-pose.chest_side / 2))
    chest_frame = compose(pelvis_frame, bend)
    up = torch.zeros_like(pelvis)
    up[..., 1] = 1
    neck = pelvis + apply(compose(pelvis_frame, half), up) * SPINE * size
    head_turn = compose(rotate_y(pose.head_yaw), compose(rotate_x(pose.head_pitch), rotate_z(pose.head_roll)))
    head_frame = compose(chest_frame, head_turn)
    head = neck + apply(chest_frame, up) * 0.06 * size + apply(head_frame, up) * (HEAD_UP - 0.06) * size
    trunk = _Trunk(size.unsqueeze(1), pelvis, pelvis_frame, neck, chest_frame, facing)
    shoulders, elbows, wrists = _arms(pose, trunk, shoulder)
    hips, knees, ankles, toes = _legs(pose, trunk, root)
    return Skeleton(
        scale, pelvis, pelvis_frame, neck, chest_frame, head, head_frame,
        shoulders, elbows, wrists, hips, knees, ankles, toes,
    )  # fmt: skip


@dataclass
class _Trunk:
    """What limbs hang on; `length` (F, 1, 1): the height around 1; `facing` (F, 3, 3) turns with them."""

    length: Tensor
    pelvis: Tensor
    pelvis_frame: Tensor
    neck: Tensor
    chest_frame: Tensor
    facing: Tensor

    @property
    def side(self) -> Tensor:
        """(1, 2, 1): left 1, right -1."""
        return torch.tensor([1.0, -1.0], device=self.length.device).view(1, 2, 1)

    @property
    def mirror(self) -> Tensor:
        """(1, 2, 3): of a place to the left, the same place on either side."""
        ones = torch.ones_like(self.side)
        return torch.cat([self.side, ones, ones], -1)


def _arms(pose: Pose, trunk: _Trunk, shoulder: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Shoulders, elbows and wrists."""
    length, chest = trunk.length, trunk.chest_frame.unsqueeze(1)
    wide = shoulder.view(-1, 1, 1) * trunk.side
    low = torch.full_like(wide, -0.035)
    shoulders = trunk.neck.unsqueeze(1) + apply(chest, torch.cat([wide, low, 0 * low], -1)) * length
    target = shoulders + apply(chest, pose.wrists * trunk.mirror) * ((UPPER_ARM + FOREARM) * length)
    pole = apply(chest, pose.poles * trunk.mirror)
    return shoulders, *reach(shoulders, target, pole, UPPER_ARM * length, FOREARM * length)


def _legs(pose: Pose, trunk: _Trunk, root: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Hips, knees, ankles and toes."""
    length, side = trunk.length, trunk.side
    base, ahead = trunk.pelvis_frame.unsqueeze(1), trunk.facing.unsqueeze(1)
    socket = torch.cat([side * HIP, 0 * side - 0.02, 0 * side], -1)
    hips = trunk.pelvis.unsqueeze(1) + apply(base, socket) * length
    feet = pose.ankles * trunk.mirror * ((THIGH + SHIN) * length)
    feet = feet + vector(torch.zeros_like(feet[..., 0]), ANKLE, 0.0) * length
    feet = feet + vector(torch.zeros_like(pose.heels), 0.10 * pose.heels, 0.0) * length
    outward = side.squeeze(-1).expand_as(pose.heels)
    target, pole = root.unsqueeze(1) + apply(ahead, feet), apply(base, vector(0.15 * outward, 0.1, 1.0))
    knees, ankles = reach(hips, target, pole, THIGH * length, SHIN * length)
    toe = vector(0.25 * outward, -torch.sin(pose.heels), torch.cos(pose.heels))
    return hips, knees, ankles, ankles + apply(ahead, toe) * 0.15 * length

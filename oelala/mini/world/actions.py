"""What people do: one function an action, from time to a pose, for many frames at once.

Lengths are in units of the limb that reaches: wrists in arm lengths from the shoulder, ankles and pelvis
in leg lengths from the floor point between the feet. x counts outwards for both sides, so that left and
right are one.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from oelala.mini.world.rotation import vector
from oelala.mini.world.vocabulary import ACTIONS

TAU = 2 * torch.pi


@dataclass
class Timing:
    """Per frame (F,): seconds since the start, cycles done, amplitude around 1, and which hand is
    the first.
    """

    seconds: Tensor
    cycles: Tensor
    amplitude: Tensor
    hand: Tensor


@dataclass
class Pose:
    """Per frame; angles in radians. `wrists`, `poles`, `ankles`: (F, 2, 3), left first. `heels`: (F, 2)."""

    pelvis: Tensor
    pelvis_lean: Tensor
    chest_lean: Tensor
    chest_side: Tensor
    chest_twist: Tensor
    head_yaw: Tensor
    head_pitch: Tensor
    head_roll: Tensor
    wrists: Tensor
    poles: Tensor
    ankles: Tensor
    heels: Tensor


def _both(left: Tensor, right: Tensor) -> Tensor:
    return torch.stack([left, right], 1)


def _wave(cycles: Tensor) -> Tensor:
    """0..1..0 once a cycle, smooth."""
    return (1 - torch.cos(TAU * cycles)) / 2


def standing(t: Timing) -> Pose:
    """The rest pose, breathing and swaying a little; the other actions start from it."""
    slow = torch.sin(TAU * (t.cycles * 0.5))
    # Every entry a tensor of its own: `pose_frames` writes rows into them.
    zero = torch.zeros_like(slow)
    arm = vector(zero + 0.17, zero - 0.95, 0.07 + 0.02 * slow)
    pole = vector(zero + 0.35, zero - 0.2, zero - 1.0)
    # One foot before the other: seen from the side, people have two legs.
    ankle, other = vector(zero + 0.13, zero, zero + 0.09), vector(zero + 0.13, zero, zero - 0.06)
    return Pose(
        pelvis=vector(0.02 * slow, zero + 0.012, zero),
        pelvis_lean=zero.clone(),
        chest_lean=0.015 * slow,
        chest_side=0.02 * slow,
        chest_twist=zero.clone(),
        head_yaw=zero.clone(),
        head_pitch=zero.clone(),
        head_roll=0.03 * slow,
        wrists=_both(arm, arm.clone()),
        poles=_both(pole, pole.clone()),
        ankles=_both(ankle, other),
        heels=torch.zeros_like(ankle[:, :2]),
    )


def waving(t: Timing) -> Pose:
    """One hand high beside the head, swinging sideways."""
    pose = standing(t)
    swing = torch.sin(TAU * t.cycles * 1.5) * t.amplitude
    arm = vector(0.50 + 0.28 * swing, 0.52 - 0.10 * swing.abs(), torch.full_like(swing, 0.22))
    pole = vector(torch.ones_like(swing), -0.6, -0.1)
    row = torch.arange(len(swing), device=swing.device)
    pose.wrists[row, t.hand] = arm
    pose.poles[row, t.hand] = pole
    pose.head_roll = pose.head_roll + 0.06 * swing
    return pose


def walking(t: Timing) -> Pose:
    """A gait in place: the foot slides back on the floor and swings forward in the air."""
    pose = standing(t)
    turn = torch.stack([t.cycles, t.cycles + 0.5], 1) * TAU
    forward, lift = turn.cos(), (-turn.sin()).clamp_min(0)
    size = t.amplitude.unsqueeze(1)
    pose.ankles[..., 0] = 0.10
    pose.ankles[..., 1] = 0.16 * lift * size
    pose.ankles[..., 2] = 0.33 * forward * size
    pose.heels = 0.55 * (-forward).clamp_min(0) * (0.4 + lift)
    pose.wrists[..., 2] = 0.14 - 0.42 * forward * size
    pose.wrists[..., 1] = -0.88
    pose.pelvis[..., 1] = -0.045 - 0.02 * torch.cos(2 * TAU * t.cycles)
    pose.chest_twist = -0.13 * torch.cos(TAU * t.cycles)
    pose.chest_lean = torch.full_like(t.cycles, 0.05)
    return pose


def jumping(t: Timing) -> Pose:
    """Crouch, fly with the arms thrown up, land softly."""
    pose = standing(t)
    part = t.cycles - t.cycles.floor()
    flight = ((part - 0.35) / 0.4).clamp(0, 1)
    height = 4 * flight * (1 - flight) * 0.36 * t.amplitude
    crouch = _wave((part / 0.35).clamp(0, 1)) + _wave(((part - 0.75) / 0.25).clamp(0, 1)) * 0.7
    up = _wave(((part - 0.15) / 0.75).clamp(0, 1)).unsqueeze(1)
    pose.pelvis[..., 1] += height - 0.27 * crouch
    pose.pelvis[..., 2] -= 0.08 * crouch
    pose.chest_lean = 0.35 * crouch
    pose.ankles[..., 1] = (height * 1.0).unsqueeze(1)
    pose.ankles[..., 0] = 0.14 + 0.10 * up
    pose.heels = 0.7 * (height / 0.36).clamp(0, 1).unsqueeze(1).expand(-1, 2)
    pose.wrists[..., 0] = 0.2 + 0.25 * up
    pose.wrists[..., 1] = -0.85 + 1.6 * up
    pose.wrists[..., 2] = 0.1 + 0.35 * up
    return pose


def squatting(t: Timing) -> Pose:
    """Deep knee bends with the arms forward."""
    pose = standing(t)
    depth = _wave(t.cycles * 0.75) * t.amplitude
    pose.pelvis[..., 1] -= 0.44 * depth
    pose.pelvis[..., 2] -= 0.22 * depth
    pose.pelvis_lean = 0.25 * depth
    pose.chest_lean = 0.30 * depth
    pose.head_pitch = -0.35 * depth
    pose.ankles[..., 0] = 0.24
    side = depth.unsqueeze(1)
    pose.wrists[..., 1] = -0.9 + 0.75 * side
    pose.wrists[..., 2] = 0.15 + 0.72 * side
    return pose


def raising_both_arms(t: Timing) -> Pose:
    """Both arms from the sides to above the head and down again."""
    pose = standing(t)
    angle = (0.12 + 0.88 * _wave(t.cycles * 0.6)) * 2.9
    arm = vector(0.95 * angle.sin() + 0.08, -0.95 * angle.cos(), torch.full_like(angle, 0.12))
    pose.wrists = _both(arm, arm.clone())
    pole = vector(torch.ones_like(angle), -0.3, -0.5)
    pose.poles = _both(pole, pole.clone())
    pose.head_pitch = -0.12 * _wave(t.cycles * 0.6)
    return pose


def dancing(t: Timing) -> Pose:
    """Side steps with a bounce, hips and arms against each other."""
    pose = standing(t)
    beat = TAU * t.cycles
    sway = beat.sin() * t.amplitude
    both = torch.stack([beat, beat + torch.pi], 1)
    pose.pelvis[..., 0] = 0.13 * sway
    pose.pelvis[..., 1] = -0.07 - 0.05 * torch.cos(2 * beat)
    pose.chest_side = 0.16 * sway
    pose.chest_twist = 0.25 * beat.cos()
    pose.head_roll = -0.14 * sway
    pose.ankles[..., 0] = 0.22
    pose.ankles[..., 1] = 0.11 * (-both.sin()).clamp_min(0)
    pose.heels = 0.4 * (-both.sin()).clamp_min(0)
    pose.wrists[..., 0] = 0.52 + 0.12 * both.cos()
    pose.wrists[..., 1] = 0.12 + 0.50 * both.sin()
    pose.wrists[..., 2] = 0.38
    pose.poles[..., 0], pose.poles[..., 1], pose.poles[..., 2] = 1.0, -0.7, -0.3
    return pose


def clapping(t: Timing) -> Pose:
    """Hands meet in front of the chest, twice a cycle."""
    pose = standing(t)
    gap = 0.07 + 0.30 * torch.sin(TAU * t.cycles).abs() * t.amplitude
    arm = vector(gap - 0.36, torch.full_like(gap, -0.20), 0.66 - 0.12 * gap)
    pose.wrists = _both(arm, arm.clone())
    pole = vector(torch.ones_like(gap), -0.8, -0.1)
    pose.poles = _both(pole, pole.clone())
    return pose


def bowing(t: Timing) -> Pose:
    """A bow from the hips, and up again."""
    pose = standing(t)
    depth = _wave(t.cycles * 0.6) * t.amplitude
    pose.pelvis_lean = 0.40 * depth
    pose.chest_lean = 0.60 * depth
    # Looking ahead: a face that sees nothing but the floor is nobody's.
    pose.head_pitch = -0.55 * depth
    pose.pelvis[..., 2] -= 0.16 * depth
    pose.wrists[..., 2] = 0.07 + 0.25 * depth.unsqueeze(1)
    return pose


def boxing(t: Timing) -> Pose:
    """Fists before the chin, punching by turns."""
    pose = standing(t)
    punch = torch.stack([torch.sin(TAU * t.cycles), -torch.sin(TAU * t.cycles)], 1).clamp_min(0) ** 1.5
    pose.wrists[..., 0] = -0.12 - 0.14 * punch
    pose.wrists[..., 1] = 0.02 + 0.06 * punch
    pose.wrists[..., 2] = 0.42 + 0.53 * punch
    pose.poles[..., 0], pose.poles[..., 1], pose.poles[..., 2] = 0.6, -1.0, 0.0
    pose.chest_twist = 0.35 * (punch[:, 1] - punch[:, 0])
    pose.ankles[..., 0] = 0.17
    pose.ankles[:, 0, 2], pose.ankles[:, 1, 2] = 0.16, -0.14
    pose.pelvis[..., 1] = -0.06 - 0.015 * torch.cos(2 * TAU * t.cycles)
    return pose


_BY_NAME: dict[str, Callable[[Timing], Pose]] = {
    "standing": standing,
    "waving": waving,
    "walking": walking,
    "jumping": jumping,
    "squatting": squatting,
    "raising both arms": raising_both_arms,
    "dancing": dancing,
    "clapping": clapping,
    "bowing": bowing,
    "boxing": boxing,
}


def pose_frames(action: Tensor, timing: Timing) -> Pose:
    """Poses for frames whose `action` (F,) is an index into ACTIONS."""
    whole = standing(timing)
    for index, name in enumerate(ACTIONS):
        rows = (action == index).nonzero().squeeze(1)
        if len(rows) == 0:
            continue
        part = _BY_NAME[name](
            Timing(timing.seconds[rows], timing.cycles[rows], timing.amplitude[rows], timing.hand[rows])
        )
        for item in fields(Pose):
            getattr(whole, item.name)[rows] = getattr(part, item.name)
    return whole

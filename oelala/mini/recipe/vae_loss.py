"""What the VAE is trained for: detail, edges, motion, and most of all faces and hands."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

# COCO-18 numbers. The distance from nose to neck tells how large a person is in the crop.
NOSE, _NECK, _WRISTS = 0, 1, (4, 7)
# Radii in that distance.
FACE_REACH, _HAND_REACH = 0.62, 0.42


@dataclass(frozen=True)
class _Part:
    """`least`, `most`: how much more a pixel at the `joint` counts; `share` of a frame's weight, beside its
    pixels' own, belongs to the part. So a small one counts as much in all as a large one: in a whole body's
    face of 20 pixels a side stands who somebody is, and which side is the front.
    """

    joint: int
    reach: float
    least: float
    most: float
    share: float


_PARTS = (
    _Part(NOSE, FACE_REACH, 3.0, 20.0, 0.25),
    *(_Part(wrist, _HAND_REACH, 2.0, 8.0, 0.03) for wrist in _WRISTS),
)


def detail(x: Tensor) -> Tensor:
    """Where something is going on: the local contrast of a clip (B, 3, T, H, W), smoothed, (B, 1,
    T, H, W).
    """
    flat = x.mean(1).flatten(0, 1).unsqueeze(1)
    spread = F.avg_pool2d(flat * flat, 7, 1, 3) - F.avg_pool2d(flat, 7, 1, 3) ** 2
    return (spread.clamp_min(0).sqrt() * 4).clamp(0, 1).view(x.shape[0], 1, *x.shape[2:])


def people_size(joints: Tensor, size: int) -> Tensor:
    """From nose to neck, (B, T), in pixels as the joints (B, T, 18, 2) of a crop of that size are."""
    return (joints[:, :, NOSE] - joints[:, :, _NECK]).norm(dim=-1).clamp(4, 2 * size)


def nearness(joint: Tensor, reach: Tensor, centres: Tensor, half: float = 0.0) -> Tensor:
    """1 at a joint (B, T, 2) down to 1/e at `reach` (B, T) from it and 0 afar, or where there is none: of
    cells (B, T, n, n) with these `centres` (n,), by the nearest point of each, `half` a cell from its centre.
    """
    away = ((joint.unsqueeze(-1) - centres).abs() - half).clamp_min(0) / reach.view(*reach.shape, 1, 1)
    x, y = torch.exp(-away.nan_to_num(9.0).square()).unbind(2)
    return y.unsqueeze(-1) * x.unsqueeze(-2)


def faces_and_hands(joints: Tensor, size: int) -> Tensor:
    """Extra weight (B, 1, T, size, size) at nose and wrists; joints (B, T, 18, 2) in pixels of the crop."""
    scale = people_size(joints, size)
    weight = torch.zeros(*joints.shape[:2], size, size, device=joints.device)
    for part in _PARTS:
        # The integral of exp(-(d / reach)^2) over the plane, as a share of the crop.
        area = math.pi * (part.reach * scale / size).square()
        amount = (part.share / area).clamp(part.least, part.most).unsqueeze(-1).unsqueeze(-1)
        weight = torch.maximum(weight, amount * _near(part, joints, size))
    return weight.unsqueeze(1)


def in_face_or_hand(joints: Tensor, size: int) -> Tensor:
    """Where a pixel counts twice or more even for a large one, (B, 1, T, size, size), for such joints."""
    near = [part.least * _near(part, joints, size) > 1 for part in _PARTS]
    return torch.stack(near).any(0).unsqueeze(1)


def _near(part: _Part, joints: Tensor, size: int) -> Tensor:
    axis = torch.arange(size, device=joints.device) + 0.5
    return nearness(joints[:, :, part.joint], part.reach * people_size(joints, size), axis)


def reconstruction_loss(made: Tensor, truth: Tensor, extra: Tensor | float = 0.0) -> Tensor:
    """L1 weighted towards detail and `extra`, squared error, L1 of the gradients in space and time."""
    error = made - truth
    weight = 1 + 3 * detail(truth) + extra
    loss = (error.abs() * weight).mean() + 2.0 * (error.square() * weight).mean()
    loss = loss + 0.6 * (error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean())
    return loss + (0.4 * error.diff(dim=2).abs().mean() if error.shape[2] > 1 else 0.0)

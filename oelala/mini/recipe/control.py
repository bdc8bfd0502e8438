"""What pose control will feed the VAE: skeletons on black, grey, half-masked and letter-boxed frames."""

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from oelala.mini.world.stage import SIZE

# OpenPose's 17 drawn limbs of COCO-18 (from its joint numbers, 0-based) and its colours, limb by limb
# and joint by joint: what `media/poses/drawing.py` draws in the style "body"; its test compares the two.
_LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13),
    (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
_COLOURS = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0),
    (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255),
    (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip
_STICK_SHARE = 1 / 120  # half a stick's width, and a joint's radius, of the frame's side
_LIMB_LIGHT = 0.6


def skeleton_frames(joints: Tensor, size: int, *, side: int | None = None) -> Tensor:
    """Sticks and joints (B, 3, T, size, size) in -1..1 for joints (B, T, 18, 2) in pixels, NaN for none.

    `side` is the whole frame's, where the picture is a crop of it: sticks are as thick as there.
    """
    b, t = joints.shape[:2]
    axis = torch.arange(size, device=joints.device) + 0.5
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    pixel = torch.stack([x, y], -1)
    canvas = torch.zeros(b, t, size, size, 3, device=joints.device)
    points = joints.unsqueeze(-2).unsqueeze(-2)
    stick = (side or size) * _STICK_SHARE
    for (i, j), colour in zip(_LIMBS, _COLOURS[: len(_LIMBS)], strict=True):
        amount = _ellipse(pixel, points[:, :, i], points[:, :, j], stick).nan_to_num(0)
        canvas = canvas + (_paint(colour, joints.device) * _LIMB_LIGHT - canvas) * amount.unsqueeze(-1)
    for i, colour in enumerate(_COLOURS):
        amount = (stick - (pixel - points[:, :, i]).norm(dim=-1) + 0.5).clamp(0, 1).nan_to_num(0)
        canvas = canvas + (_paint(colour, joints.device) - canvas) * amount.unsqueeze(-1)
    return (canvas * 2 - 1).permute(0, 4, 1, 2, 3)


def _paint(colour: tuple[int, int, int], device: torch.device) -> Tensor:
    return torch.tensor(colour, device=device) / 255


def _ellipse(pixel: Tensor, start: Tensor, end: Tensor, stick: float) -> Tensor:
    """How much of each pixel an ellipse from joint to joint covers, 0..1, from its distance to the edge (in
    first order: f (f - 1) / |grad f| with f = 1 on the edge)."""
    along, away = end - start, pixel - (start + end) / 2
    length = along.norm(dim=-1).clamp_min(1e-3)
    half = (length / 2).clamp_min(0.5)
    u = (away * along).sum(-1) / length
    v = (away[..., 0] * along[..., 1] - away[..., 1] * along[..., 0]) / length
    f = torch.hypot(u / half, v / stick)
    slope = torch.hypot(u / half**2, v / stick**2).clamp_min(1e-6)
    return (0.5 - f * (f - 1) / slope).clamp(0, 1)


def letter_box(clips: Tensor, rng: np.random.Generator) -> Tensor:
    """The clip smaller on a white canvas, as VACE prepares reference pictures."""
    b, _, t, height, width = clips.shape
    scale = float(rng.uniform(0.45, 0.9))
    wide, high = (int(width * scale), height) if rng.random() < 0.5 else (width, int(height * scale))
    flat = clips.transpose(1, 2).flatten(0, 1)
    small = F.interpolate(flat, size=(high, wide), mode="bilinear", align_corners=False)
    canvas = torch.ones_like(flat)
    top, left = (height - high) // 2, (width - wide) // 2
    canvas[:, :, top : top + high, left : left + wide] = small
    return canvas.unflatten(0, (b, t)).transpose(1, 2)


def half_masked(clips: Tensor, rng: np.random.Generator) -> Tensor:
    """A random side or box of the clip in grey (0 in -1..1), as VACE marks what is to be made."""
    made = clips.clone()
    height, width = clips.shape[-2:]
    x, y = (sorted(rng.integers(0, n + 1, 2).tolist()) for n in (width, height))
    if rng.random() < 0.5:
        made[..., x[0] : x[1]] = 0
    else:
        made[..., y[0] : y[1], x[0] : x[1]] = 0
    if rng.random() < 0.25:
        made[:, :, 1:] = 0
    return made


def control_like(clips: Tensor, joints: Tensor, rng: np.random.Generator) -> Tensor:
    """Turn a batch of clips (B, 3, T, H, W) into one of the four kinds of control input."""
    kind = rng.random()
    if kind < 0.45:
        return skeleton_frames(joints, clips.shape[-1], side=SIZE)
    if kind < 0.55:
        return torch.zeros_like(clips)
    return half_masked(clips, rng) if kind < 0.8 else letter_box(clips, rng)

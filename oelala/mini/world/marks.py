"""Lasting marks of a face, and its hollows: soft ellipses on both sides of it, painted before the features.

Cheeks, eye shadow, freckled or shaved skin, a moustache and one mark of the person's own.
"""

import torch
from torch import Tensor

from oelala.mini.world.head import nose_height
from oelala.mini.world.pack import People


def _above(value: Tensor, least: float) -> Tensor:
    """0 below `least`, rising to 1 at 1."""
    return ((value - least) / (1 - least)).clamp(0, 1)


def _hue(turn: Tensor) -> Tensor:
    """(F,) in -1..1 to bright colours (F, 3)."""
    shift = torch.tensor([0.0, -2.094, 2.094], device=turn.device)
    return 0.5 + 0.42 * torch.cos(turn.unsqueeze(-1) * torch.pi + shift)


def mouth_height(people: People) -> Tensor:
    """(F,) how high the mouth is."""
    return -0.55 + 0.08 * people.face("mouth_height")


def face_marks(people: People, eye_x: Tensor, eye_y: Tensor) -> tuple[Tensor, Tensor]:
    """(F, K, 6), x, y, width, height, softness, strength in units of the skull; and colours (F, K, 3).

    `eye_x`, `eye_y` (F, 1) say where the eyes are.
    """
    face, skin = people.face, people.number["skin"]
    man = (people.kind["sex"] == 1).float()
    zero, eye_x, eye_y = torch.zeros_like(man), eye_x.squeeze(1), eye_y.squeeze(1)
    size = 0.15 + 0.05 * face("mark_size")
    high = face("mark_y") > 0  # on the forehead, or on the cheeks
    mouth = mouth_height(people)
    tint = torch.tensor([1.0, 0.58, 0.56], device=skin.device)
    brown = torch.tensor([0.70, 0.56, 0.50], device=skin.device)
    hair = 0.6 * (0.5 * people.number["hair_colour"] + 0.5 * skin * 0.8)
    rows = (
        (zero, mouth - 0.06, zero + 0.66, zero + 0.40, zero + 0.5, 0.34 * man * _above(face("stubble"), 0.0)),
        (eye_x, eye_y, zero + 0.32, zero + 0.27, zero + 0.6, 0.35 * _above(face("eye_shadow"), 0.0)),
        (zero + 0.56, zero - 0.26, zero + 0.24, zero + 0.20, zero + 1.2, 0.35 + 0.35 * face("cheeks")),
        (zero + 0.28, zero - 0.12, zero + 0.34, zero + 0.11, zero + 1.0, 0.6 * _above(face("freckles"), 0.2)),
        (torch.where(high, 0.16, 0.66) + 0.10 * face("mark_x"), torch.where(high, 0.58, -0.30), size, size,
         zero + 0.3, 0.55 * (face("mark") > 0.55)),
        (zero + 0.10, mouth + 0.15, zero + 0.22, zero + 0.075, zero + 0.4, man * (face("moustache") > 0.35)),
    )  # fmt: skip
    mark, lids = _hue(face("mark_hue")), _hue(face("mark_hue") + 0.7)
    lids = torch.where((people.kind["sex"] == 0).unsqueeze(-1), 0.5 * lids + 0.5 * skin * 0.6, skin * 0.55)
    colours = (skin * 0.42, lids, skin * tint, skin * brown, mark, hair)
    return torch.stack([torch.stack(row, -1) for row in rows], 1), torch.stack(colours, 1)


def face_relief(people: People, eye_x: Tensor, eye_y: Tensor) -> Tensor:
    """(F, K, 6) as the marks: eye sockets, the sides of the nose, the shade below it and below the lip."""
    face = people.face
    zero, eye_x, eye_y = torch.zeros_like(face("ears")), eye_x.squeeze(1), eye_y.squeeze(1)
    mouth, nose = mouth_height(people), nose_height(people)
    wide, lip = 0.125 + 0.055 * face("nose_width"), 0.155 + 0.04 * face("lip_thickness")
    rows = (
        (eye_x - 0.04, eye_y + 0.05, zero + 0.36, zero + 0.25, zero + 1.2, zero + 0.26),
        (wide + 0.05, (eye_y + nose) / 2, zero + 0.11, (eye_y - nose) / 2 + 0.12, zero + 1.2, zero + 0.16),
        (0.55 * wide, nose - 0.78 * wide - 0.01, 0.75 * wide, zero + 0.055, zero + 0.8, zero + 0.45),
        (zero, mouth - lip, zero + 0.22, zero + 0.06, zero + 1.2, zero + 0.25),
    )  # fmt: skip
    return torch.stack([torch.stack(row, -1) for row in rows], 1)

"""Faces painted on heads: eyes, brows, mouth, beard and glasses, in the plane of the face.

Coordinates are in units of the skull's radii: x to the person's left, y up, z out of the face.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from oelala.mini.world.pack import People

EDGE = 0.05


@dataclass
class FacePaint:
    """What `paint` needs to know of the face in each frame: every entry (F, 1) or (F, 1, 3)."""

    eye_x: Tensor
    eye_y: Tensor
    eye_w: Tensor
    eye_h: Tensor
    eye_tilt: Tensor
    gaze: Tensor
    brow_y: Tensor
    brow_tilt: Tensor
    brow_thick: Tensor
    mouth_y: Tensor
    mouth_w: Tensor
    lip: Tensor
    smile: Tensor
    cheeks: Tensor
    lash: Tensor
    glasses: Tensor
    beard: Tensor
    skin: Tensor
    iris: Tensor
    hair: Tensor


def face_paint(people: People) -> FacePaint:
    """Numbers of everybody's face."""
    smile, gaze, _ = people.number["mood"].unbind(-1)
    woman = (people.kind["sex"] == 0).float()

    def around(middle: float, spread: float, axis: str) -> Tensor:
        return (middle + spread * people.face(axis)).unsqueeze(1)

    hair = people.number["hair_colour"]
    bald = people.is_kind("hair", 0).unsqueeze(-1)
    brow = torch.where(bald, people.number["skin"] * 0.35, hair * 0.62)
    return FacePaint(
        eye_x=around(0.40, 0.06, "eye_distance"),
        eye_y=around(0.02, 0.06, "eye_height"),
        eye_w=around(0.21, 0.035, "eye_size"),
        eye_h=around(0.165, 0.035, "eye_size") * people.eyes_open.unsqueeze(1),
        eye_tilt=around(0.05, 0.22, "eye_tilt"),
        gaze=(0.05 * gaze).unsqueeze(1),
        brow_y=around(0.34, 0.055, "brow_height"),
        brow_tilt=around(0.0, 0.28, "brow_tilt"),
        brow_thick=around(0.050, 0.020, "brow_thickness"),
        mouth_y=around(-0.52, 0.06, "mouth_height"),
        mouth_w=around(0.27, 0.07, "mouth_width") * (1 + 0.18 * smile.unsqueeze(1)),
        lip=around(0.070, 0.026, "lip_thickness"),
        smile=smile.unsqueeze(1),
        cheeks=around(0.16, 0.14, "cheeks"),
        lash=(0.20 + 0.22 * woman).unsqueeze(1),
        glasses=people.kind["glasses"].float().unsqueeze(1),
        beard=people.kind["beard"].float().unsqueeze(1),
        skin=people.number["skin"].unsqueeze(1),
        iris=people.number["iris"].unsqueeze(1),
        hair=torch.cat([brow.unsqueeze(1), hair.unsqueeze(1)], 1),
    )


def _inside(value: Tensor, edge: float | Tensor = EDGE) -> Tensor:
    """1 where `value` is positive, 0 where negative, a ramp of the given width between."""
    return (value / edge + 0.5).clamp(0, 1)


def _over(colour: Tensor, paint: Tensor, amount: Tensor) -> Tensor:
    return colour + (paint - colour) * amount.unsqueeze(-1)


def paint(colour: Tensor, point: Tensor, p: FacePaint) -> Tensor:
    """The skin `colour` (F, R, 3) with the face on it, at `point` (F, R, 3) in face coordinates."""
    x, y, z = point.unbind(-1)
    front = _inside(z - 0.12, 0.2)
    side = x.abs()
    dark = p.skin * 0.30
    brow_colour, hair = p.hair[:, 0:1], p.hair[:, 1:2]
    mouth_line = p.mouth_y - 0.16 * p.smile * (1 - (x / p.mouth_w) ** 2) + 0.06 * p.smile
    beard = _inside(-0.20 - y - 0.10 * _inside(0.55 - side, 0.3) + 0.9 * (side - 0.62).clamp_min(0), 0.08)
    beard = beard * _inside(0.10 + (y - mouth_line).abs() + side * 0.25 - 0.22, 0.06)
    colour = _over(colour, hair * 0.9, beard * p.beard * _inside(z + 0.1, 0.15))
    red = p.skin * torch.tensor([1.0, 0.62, 0.60], device=colour.device, dtype=colour.dtype)
    blush = torch.exp(-((side - 0.56) ** 2 + (y + 0.26) ** 2) / 0.03)
    colour = _over(colour, red, blush * p.cheeks * front)
    colour = _paint_eyes(colour, side - p.eye_x, x, y, front, p, dark)
    dx, dy = side - p.eye_x, y - p.brow_y
    brow = p.brow_thick * (1 - (dx / 0.34) ** 2).clamp_min(0) - (dy - p.brow_tilt * dx + 0.9 * dx * dx).abs()
    colour = _over(colour, brow_colour, _inside(brow, 0.03) * front)
    return _paint_glasses(_paint_mouth(colour, x, y - mouth_line, front, p, red, dark), dx, side, y, z, p)


def _paint_eyes(
    colour: Tensor, dx: Tensor, x: Tensor, y: Tensor, front: Tensor, p: FacePaint, dark: Tensor
) -> Tensor:
    dy = y - p.eye_y - p.eye_tilt * dx
    shape = 1 - ((dx / p.eye_w) ** 2 + (dy / p.eye_h) ** 2).clamp_min(1e-6).sqrt()
    white = _inside(shape, 0.25) * front
    lid = _inside(shape + p.lash, 0.2) * _inside(dy - 0.02, 0.06) * front
    colour = _over(colour, dark, lid)
    colour = _over(colour, torch.full_like(colour, 0.97), white)
    shift = torch.where(x > 0, dx - p.gaze, dx + p.gaze)
    round_ = (shift**2 + dy**2).clamp_min(1e-6).sqrt()
    colour = _over(colour, p.iris, _inside(0.135 - round_) * white)
    return _over(colour, dark * 0.3, _inside(0.072 - round_) * white)


def _paint_mouth(
    colour: Tensor, x: Tensor, dy: Tensor, front: Tensor, p: FacePaint, red: Tensor, dark: Tensor
) -> Tensor:
    bow = (1 - (x / p.mouth_w) ** 2).clamp_min(0)
    lips = (p.lip + 0.03 * p.smile) * bow.sqrt() - dy.abs()
    colour = _over(colour, red * 0.86, _inside(lips, 0.035) * _inside(bow - 0.01, 0.04) * front)
    teeth = 0.055 * bow.sqrt() - (dy - 0.005).abs()
    smile = _inside(teeth, 0.03) * _inside(bow - 0.06, 0.06) * front
    colour = _over(colour, torch.full_like(colour, 0.95), smile * p.smile)
    line = _inside(0.016 - dy.abs(), 0.03) * _inside(bow - 0.02, 0.05) * front
    return _over(colour, dark, line * (1 - p.smile))


def _paint_glasses(colour: Tensor, dx: Tensor, side: Tensor, y: Tensor, z: Tensor, p: FacePaint) -> Tensor:
    dy = y - p.eye_y
    ring = ((dx / 0.31) ** 2 + (dy / 0.27) ** 2).clamp_min(1e-6).sqrt()
    rim = _inside(0.12 - (ring - 1).abs(), 0.1) * _inside(z - 0.1, 0.1)
    bridge = _inside(0.035 - (dy - 0.05).abs(), 0.03) * _inside(p.eye_x - 0.28 - side, 0.03) * _inside(z, 0.1)
    arm = (
        _inside(0.035 - (dy - 0.05).abs(), 0.03)
        * _inside(side - p.eye_x - 0.30, 0.03)
        * _inside(z + 0.05, 0.1)
    )
    frame = torch.maximum(rim, torch.maximum(bridge, arm)) * p.glasses
    return _over(colour, torch.full_like(colour, 0.08), frame)

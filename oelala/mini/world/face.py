"""Faces painted on heads: eyes, brows, mouth, beard, marks and glasses, in the plane of the face.

Coordinates are in units of the skull's radii: x to the person's left, y up, z out of the face. A face
descriptor tells people apart by large contrasts that stay where they are in every light and from every side.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from oelala.mini.world.marks import face_marks, face_relief, mouth_height
from oelala.mini.world.pack import People

EDGE = 0.05
EYE_X, EYE_Y = (0.38, 0.06), (0.02, 0.085)
# A unit upwards is longer than one sideways: with this much of dy an iris is round.
UPRIGHT = 1.24


@dataclass
class FacePaint:
    """What `paint` needs to know of the face in each frame: every entry (F, 1) or (F, 1, 3), `marks` and
    `mark_colours` (F, K, 6) and (F, K, 3), `relief` (F, K, 6).
    """

    eye_x: Tensor
    eye_y: Tensor
    eye_w: Tensor
    eye_h: Tensor
    eye_tilt: Tensor
    gaze: Tensor
    iris_size: Tensor
    brow_y: Tensor
    brow_tilt: Tensor
    brow_thick: Tensor
    mouth_y: Tensor
    mouth_w: Tensor
    lip: Tensor
    smile: Tensor
    lash: Tensor
    glasses: Tensor
    lens_w: Tensor
    lens_h: Tensor
    rim: Tensor
    rim_colour: Tensor
    beard: Tensor
    beard_top: Tensor
    skin: Tensor
    lips: Tensor
    iris: Tensor
    hair: Tensor
    marks: Tensor
    mark_colours: Tensor
    relief: Tensor


def eye_place(people: People) -> tuple[Tensor, Tensor]:
    """(F,) each: how far an eye is from the middle of the face, and how high."""
    return (
        EYE_X[0] + EYE_X[1] * people.face("eye_distance"),
        EYE_Y[0] + EYE_Y[1] * people.face("eye_height"),
    )


def face_paint(people: People) -> FacePaint:
    """Numbers of everybody's face."""
    smile, gaze, _ = people.number["mood"].unbind(-1)
    woman = (people.kind["sex"] == 0).float()

    def around(middle: float, spread: float, axis: str) -> Tensor:
        return (middle + spread * people.face(axis)).unsqueeze(1)

    hair, skin = people.number["hair_colour"], people.number["skin"]
    bald = people.is_kind("hair", 0).unsqueeze(-1)
    brow = torch.where(bald, skin * 0.30, hair * 0.62)
    eye_x, eye_y = (value.unsqueeze(1) for value in eye_place(people))
    marks, mark_colours = face_marks(people, eye_x, eye_y)
    red = torch.tensor([0.86, 0.50, 0.48], device=skin.device)
    lips = skin * (
        red - people.face("lip_shade").unsqueeze(-1) * torch.tensor([0.12, 0.20, 0.14], device=skin.device)
    )
    eye_w = around(0.215, 0.042, "eye_size")
    return FacePaint(
        eye_x=eye_x,
        eye_y=eye_y,
        eye_w=eye_w,
        eye_h=eye_w * around(0.62, 0.11, "eye_opening") * people.eyes_open.unsqueeze(1),
        eye_tilt=around(0.04, 0.14, "eye_tilt"),
        gaze=(0.03 * gaze).unsqueeze(1),
        iris_size=around(0.120, 0.022, "iris_size"),
        brow_y=eye_y + around(0.29, 0.065, "brow_height"),
        brow_tilt=around(-0.03, 0.25, "brow_tilt"),
        brow_thick=around(0.058, 0.032, "brow_thickness"),
        mouth_y=mouth_height(people).unsqueeze(1),
        mouth_w=around(0.30, 0.085, "mouth_width") * (1 + 0.04 * smile.unsqueeze(1)),
        lip=around(0.080, 0.042, "lip_thickness"),
        smile=smile.unsqueeze(1),
        lash=(0.18 + 0.24 * woman).unsqueeze(1),
        glasses=people.kind["glasses"].float().unsqueeze(1),
        lens_w=around(0.32, 0.045, "glasses_width"),
        lens_h=around(0.26, 0.070, "glasses_height"),
        rim=around(0.085, 0.030, "glasses_rim"),
        rim_colour=_rim_colour(people).unsqueeze(1),
        beard=people.kind["beard"].float().unsqueeze(1),
        beard_top=around(-0.40, 0.12, "beard_length"),
        skin=skin.unsqueeze(1),
        lips=lips.unsqueeze(1),
        iris=people.number["iris"].unsqueeze(1),
        hair=torch.cat([brow.unsqueeze(1), hair.unsqueeze(1)], 1),
        marks=marks,
        mark_colours=mark_colours,
        relief=face_relief(people, eye_x, eye_y),
    )


def _rim_colour(people: People) -> Tensor:
    """(F, 3): black, red, blue or brown frames."""
    colours = torch.tensor(
        [[0.06, 0.06, 0.07], [0.75, 0.08, 0.10], [0.10, 0.20, 0.60], [0.36, 0.19, 0.08]],
        device=people.number["face"].device,
    )
    return colours[((people.face("glasses_shade") + 1) * 2).long().clamp(0, 3)]


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
    mouth_line = p.mouth_y - 0.06 * p.smile * (1 - (x / p.mouth_w) ** 2) + 0.03 * p.smile
    colour = colour * _relief(side, y, front, p).unsqueeze(-1)
    for mark in range(p.marks.shape[1]):
        where_x, where_y, width, height, edge, amount = p.marks[:, mark : mark + 1].unbind(-1)
        round_ = ((side - where_x) / width) ** 2 + ((y - where_y) / height) ** 2
        colour = _over(colour, p.mark_colours[:, mark : mark + 1], _inside(1 - round_, edge) * amount * front)
    beard = _inside(
        p.beard_top - y - 0.10 * _inside(0.55 - side, 0.3) + 0.9 * (side - 0.62).clamp_min(0), 0.08
    )
    beard = beard * _inside((y - mouth_line).abs() + side * 0.25 - 0.10, 0.06)
    colour = _over(colour, hair * 0.9, beard * p.beard * _inside(z + 0.1, 0.15))
    colour = _paint_eyes(colour, side - p.eye_x, x, y, front, p, dark)
    dx, dy = side - p.eye_x, y - p.brow_y
    brow = p.brow_thick * (1 - (dx / 0.32) ** 2).clamp_min(0) - (dy - p.brow_tilt * dx + 0.9 * dx * dx).abs()
    brow = brow - 0.015  # without it the middle line would go on beyond the ends
    colour = _over(colour, brow_colour, _inside(brow, 0.03) * front)
    return _paint_glasses(_paint_mouth(colour, x, y - mouth_line, front, p, dark), dx, side, y, z, p)


def _relief(side: Tensor, y: Tensor, front: Tensor, p: FacePaint) -> Tensor:
    """(F, R) how much light is left where the face is hollow: paint, so that it is there in every light."""
    left = 1 - 0.16 * ((side - 0.55) / 0.45).clamp(0, 1) ** 2  # the cheeks turn away
    for hollow in range(p.relief.shape[1]):
        where_x, where_y, width, height, edge, amount = p.relief[:, hollow : hollow + 1].unbind(-1)
        round_ = ((side - where_x) / width) ** 2 + ((y - where_y) / height) ** 2
        left = left * (1 - amount * front * _inside(1 - round_, edge))
    return left


def _paint_eyes(
    colour: Tensor, dx: Tensor, x: Tensor, y: Tensor, front: Tensor, p: FacePaint, dark: Tensor
) -> Tensor:
    dy = y - p.eye_y - p.eye_tilt * dx
    # An almond: two arcs that meet in the corners.
    shape = 1 - (dx / p.eye_w) ** 2 - dy.abs() / p.eye_h
    white = _inside(shape, 0.25) * front
    lid = _inside(shape + p.lash, 0.2) * _inside(dy - 0.02, 0.06) * front
    colour = _over(colour, dark, lid)
    colour = _over(colour, torch.full_like(colour, 0.93), white)
    shift = torch.where(x > 0, dx - p.gaze, dx + p.gaze)
    round_ = (shift**2 + (UPRIGHT * dy) ** 2).clamp_min(1e-6).sqrt()
    colour = _over(colour, p.iris, _inside(p.iris_size - round_) * white)
    return _over(colour, dark * 0.3, _inside(0.058 - round_) * white)


def _paint_mouth(colour: Tensor, x: Tensor, dy: Tensor, front: Tensor, p: FacePaint, dark: Tensor) -> Tensor:
    bow = (1 - (x / p.mouth_w) ** 2).clamp_min(0)
    lips = (p.lip + 0.015 * p.smile) * bow.sqrt() - dy.abs()
    colour = _over(colour, p.lips, _inside(lips, 0.035) * _inside(bow - 0.02, 0.04) * front)
    teeth = 0.024 * bow.sqrt() - (dy - 0.005).abs()
    smile = _inside(teeth, 0.03) * _inside(bow - 0.06, 0.06) * front
    colour = _over(colour, torch.full_like(colour, 0.92), 0.85 * smile * p.smile)
    line = _inside(0.016 - dy.abs(), 0.03) * _inside(bow - 0.03, 0.05) * front
    return _over(colour, dark, line * (1 - p.smile))


def _paint_glasses(colour: Tensor, dx: Tensor, side: Tensor, y: Tensor, z: Tensor, p: FacePaint) -> Tensor:
    dy = y - p.eye_y
    ring = ((dx / p.lens_w) ** 2 + (dy / p.lens_h) ** 2).clamp_min(1e-6).sqrt()
    rim = _inside(p.rim - (ring - 1).abs(), 0.1) * _inside(z - 0.1, 0.1)
    bar = _inside(0.035 - (dy - 0.05).abs(), 0.03)
    bridge = bar * _inside(p.eye_x - p.lens_w + 0.03 - side, 0.03) * _inside(z, 0.1)
    arm = bar * _inside(side - p.eye_x - p.lens_w + 0.01, 0.03) * _inside(z + 0.05, 0.1)
    frame = torch.maximum(rim, torch.maximum(bridge, arm)) * p.glasses
    return _over(colour, p.rim_colour, frame)

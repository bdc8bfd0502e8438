"""The body and the clothes on a skeleton, as rounded cones and ellipsoids."""

import torch
from torch import Tensor

from oelala.mini.world import vocabulary as words
from oelala.mini.world.pack import People
from oelala.mini.world.rotation import apply, unit, vector
from oelala.mini.world.solids import Collector

SHIRT, SWEATER, TANK, JACKET = range(4)
TROUSERS, SHORTS, SKIRT = range(3)


def _shade(colour: Tensor, factor: float) -> Tensor:
    return colour * factor


def add_body(solids: Collector, people: People) -> None:
    """Trunk, arms and legs of everybody."""
    _add_trunk(solids, people)
    for side in (0, 1):
        _add_arm(solids, people, side)
        _add_leg(solids, people, side)


def _girth(people: People) -> Tensor:
    return torch.tensor([0.86, 1.0, 1.26], device=people.kind["build"].device)[people.kind["build"]]


def _local(people: People, x: Tensor | float, y: float, z: Tensor | float) -> Tensor:
    """A point of the chest frame, from the base of the neck."""
    s = people.skeleton
    return s.neck + apply(s.chest_frame, vector(torch.zeros_like(s.scale) + x, y, z)) * s.scale.unsqueeze(-1)


def _add_trunk(solids: Collector, people: People) -> None:
    s, size, girth = people.skeleton, people.skeleton.scale, _girth(people)
    top, bottom, skin = people.number["top_colour"], people.number["bottom_colour"], people.number["skin"]
    man = (people.kind["sex"] == words.SEXES.index("man")).float()
    each = size.unsqueeze(-1)
    wide = 0.132 + 0.024 * man + 0.03 * (girth - 1)
    chest = vector(wide, torch.full_like(size, 0.20), 0.102 * (0.5 + 0.5 * girth)) * each
    solids.ball(_local(people, 0.0, -0.18, 0.008), s.chest_frame, chest, top)
    waist = (0.100 + 0.012 * man) * (0.45 + 0.55 * girth)
    belly = vector(waist + 0.016 * girth, torch.full_like(size, 0.20), 0.088 * girth) * each
    middle = s.pelvis + 0.36 * (s.neck - s.pelvis) + apply(s.pelvis_frame, vector(0 * size, 0.0, 0.008))
    solids.ball(middle, s.pelvis_frame, belly, top)
    hips = vector((0.142 - 0.016 * man) * (0.55 + 0.45 * girth), torch.full_like(size, 0.105), 0.096 * girth)
    seat = s.pelvis + apply(s.pelvis_frame, vector(0 * size, 0.0, -0.014)) * each
    solids.ball(seat, s.pelvis_frame, hips * each, bottom)
    bare = people.is_kind("top", TANK).unsqueeze(-1)
    ends = s.shoulders[:, 0], s.shoulders[:, 1]
    solids.cone(*ends, (0.062 * size, 0.062 * size), torch.where(bare, skin, top))
    low = s.pelvis + 0.22 * (s.neck - s.pelvis)
    for sign in (-1.0, 1.0):  # the flanks, from the shoulders to below the waist
        high = _local(people, sign * (0.070 + 0.010 * man), -0.075, 0.0)
        aside = apply(s.pelvis_frame, vector(sign * 0.034 * girth, 0.0, 0.0))
        solids.cone(high, low + aside * each, (0.074 * size, waist * 0.84 * size), top)
    solids.cone(s.neck - 0.02 * (s.head - s.neck), s.head, (0.058 * size, 0.042 * size), _shade(skin, 0.84))
    collar = people.is_kind("top", SWEATER, JACKET)
    solids.cone(
        s.neck, s.neck + 0.16 * (s.head - s.neck), (0.062 * size, 0.058 * size), _shade(top, 0.88), collar
    )
    front = (
        vector(torch.full_like(size, 0.052), torch.full_like(size, 0.205), 0.086 * (0.5 + 0.5 * girth)) * each
    )
    pale = torch.full_like(top, 0.93)
    dark = torch.full_like(top, 0.16)
    inner = torch.where((top.mean(-1, keepdim=True) > 0.75), dark, pale)
    solids.ball(_local(people, 0.0, -0.19, 0.034), s.chest_frame, front, inner, people.is_kind("top", JACKET))
    skirt = people.is_kind("bottom", SKIRT)
    hem = s.pelvis + 0.74 * (s.knees.mean(1) - s.pelvis)
    apart = apply(s.pelvis_frame, vector(0.108 * girth, 0.0, 0.0)) * each + 0.22 * (
        s.knees[:, 0] - s.knees[:, 1]
    )
    for sign in (-1.0, -0.5, 0.0, 0.5, 1.0):
        waistline = s.pelvis + apply(s.pelvis_frame, vector(sign * 0.045 * girth, 0.03, 0.0)) * each
        solids.cone(waistline, hem + sign * apart, (0.090 * girth * size, 0.072 * size), bottom, skirt)


def _add_arm(solids: Collector, people: People, side: int) -> None:
    s, size = people.skeleton, people.skeleton.scale
    thick = 0.6 + 0.4 * _girth(people)
    top, skin = people.number["top_colour"], people.number["skin"]
    shoulder, elbow, wrist = s.shoulders[:, side], s.elbows[:, side], s.wrists[:, side]
    long = people.is_kind("top", SWEATER, JACKET)
    # A little darker than the trunk, so that an arm before it can be seen.
    top = _shade(top, 0.85)
    sleeve = torch.where(long.unsqueeze(-1), top, _shade(skin, 0.97))
    room = torch.where(long, 1.16, 1.0) * thick * size
    solids.cone(shoulder, elbow, (0.051 * room, 0.042 * room), sleeve)
    short = people.is_kind("top", SHIRT)
    cuff = shoulder + 0.58 * (elbow - shoulder)
    solids.cone(shoulder, cuff, (0.059 * thick * size, 0.059 * thick * size), top, short)
    solids.cone(elbow, wrist, (0.043 * room, 0.031 * room), sleeve)
    along = unit(wrist - elbow)
    each = size.unsqueeze(-1)
    palm = wrist + along * 0.055 * each
    solids.cone(wrist, palm, (0.028 * size, 0.034 * size), skin)
    solids.cone(palm, palm + along * 0.055 * each, (0.030 * size, 0.018 * size), skin)
    inward = apply(s.chest_frame, vector(torch.full_like(size, -0.6 if side == 0 else 0.6), 0.1, 0.75))
    solids.cone(wrist + along * 0.02 * each, palm + inward * 0.042 * each, (0.014 * size, 0.012 * size), skin)


def _add_leg(solids: Collector, people: People, side: int) -> None:
    s, size, girth = people.skeleton, people.skeleton.scale, _girth(people)
    thick = (0.55 + 0.45 * girth) * size
    bottom, skin, shoe = (people.number[key] for key in ("bottom_colour", "skin", "shoe_colour"))
    hip, knee, ankle, toe = s.hips[:, side], s.knees[:, side], s.ankles[:, side], s.toes[:, side]
    long = people.is_kind("bottom", TROUSERS)
    cloth = torch.where(long.unsqueeze(-1), bottom, skin)
    room = torch.where(long, 1.1, torch.where(people.is_kind("bottom", SKIRT), 0.86, 1.0)) * thick
    solids.cone(hip, knee, (0.080 * room, 0.056 * room), cloth)
    shorts = people.is_kind("bottom", SHORTS)
    solids.cone(hip, hip + 0.86 * (knee - hip), (0.092 * thick, 0.077 * thick), bottom, shorts)
    solids.cone(knee, ankle, (0.059 * room, torch.where(long, 0.050, 0.038) * thick), cloth)
    each = size.unsqueeze(-1)
    down = vector(torch.zeros_like(size), -0.034, 0.0) * each
    heel = ankle + down - 0.15 * (toe - ankle)
    solids.cone(heel, toe + down * 1.05, (0.043 * size, 0.036 * size), shoe)

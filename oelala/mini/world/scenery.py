"""Places and lights: what a ray sees that meets nobody, and the soft shadow on the floor."""

from dataclasses import dataclass

import torch
from torch import Tensor

from oelala.mini.world.pack import People
from oelala.mini.world.rotation import unit, vector
from oelala.mini.world.vocabulary import PLACES

WALL, PARK, BEACH, STAGE, SNOW, SUNSET = range(len(PLACES))
# Per place: sky at the horizon, sky above, ground. The wall's own colour replaces the first row.
_COLOURS = (
    ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    ((0.80, 0.91, 0.98), (0.38, 0.65, 0.95), (0.36, 0.62, 0.24)),
    ((0.86, 0.94, 0.98), (0.40, 0.70, 0.96), (0.93, 0.83, 0.61)),
    ((0.16, 0.08, 0.20), (0.05, 0.03, 0.09), (0.30, 0.21, 0.20)),
    ((0.90, 0.94, 0.98), (0.66, 0.77, 0.89), (0.95, 0.97, 1.00)),
    ((0.99, 0.66, 0.30), (0.45, 0.24, 0.50), (0.33, 0.22, 0.22)),
)
# neutral, warm, cool, dim, bright: key light and ambient light.
_KEY = ((0.62, 0.62, 0.61), (0.68, 0.58, 0.46), (0.50, 0.58, 0.68), (0.42, 0.42, 0.43), (0.74, 0.74, 0.73))
_AMBIENT = (
    (0.50, 0.50, 0.51),
    (0.50, 0.47, 0.43),
    (0.45, 0.49, 0.55),
    (0.34, 0.34, 0.36),
    (0.56, 0.56, 0.56),
)
_WALL_LIGHT = (
    (1.0, 1.0, 1.0),
    (1.03, 0.98, 0.90),
    (0.92, 0.98, 1.04),
    (0.80, 0.80, 0.81),
    (1.05, 1.05, 1.05),
)


@dataclass
class Scenery:
    """Per frame: place (F, 1), colours (F, 1, 3), direction to the light (F, 1, 3), shadow blobs
    (F, K, 4).
    """

    place: Tensor
    horizon: Tensor
    above: Tensor
    ground: Tensor
    wall: Tensor
    key: Tensor
    ambient: Tensor
    sun: Tensor
    blobs: Tensor


def build_scenery(people: People) -> Scenery:
    """Where everybody is; the blobs are x, z, radius and strength of the shadows of the main joints."""
    place, light = people.kind["place"], people.kind["light"]
    device = place.device
    colours = torch.tensor(_COLOURS, device=device)[place]
    tint = torch.tensor(_WALL_LIGHT, device=device)[light]
    side = people.number["light_side"]
    sun = unit(vector(0.75 * side, 1.0, 0.75))
    s = people.skeleton
    joints = torch.cat(
        [s.ankles, s.knees, s.hips, s.wrists, s.neck.unsqueeze(1), s.head.unsqueeze(1), s.toes], 1
    )
    high = joints[..., 1].clamp_min(0)
    ground = joints[..., 0] - 0.55 * high * side.unsqueeze(1), joints[..., 2] - 0.30 * high
    size = torch.tensor(
        [0.10] * 2 + [0.13] * 2 + [0.20] * 2 + [0.10] * 2 + [0.26, 0.20] + [0.11] * 2, device=device
    )
    blobs = torch.stack([*ground, size + 0.13 * high, 0.50 / (1 + 1.5 * high)], -1)
    lit = (tint * colours.transpose(0, 1)).clamp(0, 1).unsqueeze(2)
    return Scenery(
        place=place.unsqueeze(1),
        horizon=lit[0],
        above=lit[1],
        ground=lit[2],
        wall=(people.number["wall"] * tint).clamp(0, 1).unsqueeze(1),
        key=torch.tensor(_KEY, device=device)[light].unsqueeze(1),
        ambient=torch.tensor(_AMBIENT, device=device)[light].unsqueeze(1),
        sun=sun.unsqueeze(1),
        blobs=blobs,
    )


def _mix(a: Tensor, b: Tensor, amount: Tensor) -> Tensor:
    return a + (b - a) * amount.unsqueeze(-1)


def _ramp(value: Tensor, low: float, high: float) -> Tensor:
    t = ((value - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def shows(where: Tensor) -> bool:
    """Whether to work out what is seen `where` at all: a processor looks, a GPU does it all."""
    return where.device.type != "cpu" or bool(where.any())


def backdrop(rays: Tensor, camera: Tensor, scenery: Scenery) -> Tensor:
    """Colours (F, R, 3) of rays (F, R, 3) from `camera` (F, 3) that hit nobody."""
    x, y, z = rays.unbind(-1)
    down = (-y).clamp_min(1e-4)
    reach = camera[:, 1:2] / down
    floor_x, floor_z = camera[:, 0:1] + reach * x, camera[:, 2:3] + reach * z
    below = y < 0
    # An infinite cove: the floor is the wall a little darker, without an edge between.
    on_floor = _ramp(-floor_z, 2.6, 0.6) * below
    slope = _ramp(y, -0.35, 0.35)
    cove = _mix(scenery.wall * 0.90, (scenery.wall * 1.02).clamp(0, 1), slope)
    cove = _mix(cove, scenery.wall * 0.78, on_floor)
    inside = (scenery.place == WALL).unsqueeze(-1)
    outside = _open_air(x, y, floor_x, floor_z, scenery) if shows(~inside) else cove
    colour = torch.where(inside, cove, outside)
    if not shows(below):
        return colour
    return colour * (1 - _shadow(floor_x, floor_z, scenery.blobs) * below).unsqueeze(-1)


def _shadow(x: Tensor, z: Tensor, blobs: Tensor) -> Tensor:
    bx, bz, size, strength = blobs.unsqueeze(1).unbind(-1)
    far = ((x.unsqueeze(-1) - bx) ** 2 + (z.unsqueeze(-1) - bz) ** 2) / (size * size)
    return 0.62 * (1 - (1 - strength * torch.exp(-far)).clamp_min(1e-3).log().sum(-1).exp())


def _open_air(x: Tensor, y: Tensor, floor_x: Tensor, floor_z: Tensor, s: Scenery) -> Tensor:
    sky = _mix(s.horizon, s.above, _ramp(y, 0.0, 0.42))
    hill = 0.035 + 0.022 * torch.sin(x * 7 + 1.0) + 0.012 * torch.sin(x * 15)
    trees = torch.tensor([0.20, 0.44, 0.18], device=x.device)
    sea = torch.tensor([0.16, 0.47, 0.68], device=x.device)
    sky = _mix(sky, trees + 0 * sky, _ramp(hill - y, -0.004, 0.004) * (s.place == PARK))
    sky = _mix(sky, sea + 0 * sky, _ramp(0.012 - y, -0.003, 0.003) * (s.place == BEACH))
    disc = ((x - 0.16) ** 2 + (y - 0.06) ** 2).clamp_min(1e-8).sqrt()
    sun = torch.tensor([1.0, 0.93, 0.66], device=x.device)
    sky = _mix(sky, sun + 0 * sky, _ramp(0.055 - disc, -0.004, 0.004) * (s.place == SUNSET))
    fold = 0.5 + 0.5 * torch.sin(x * 46)
    curtain = torch.tensor([0.42, 0.05, 0.09], device=x.device)
    sky = _mix(sky, curtain * (0.55 + 0.45 * fold).unsqueeze(-1), (s.place == STAGE) * 1.0)
    near = _ramp(-floor_z, 14.0, -2.0)
    ground = _mix(s.ground * 0.86, s.ground, near)
    wet = _ramp(-floor_z, 4.5, 6.0) * (s.place == BEACH)
    ground = _mix(ground, sea * 0.95 + 0 * ground, wet)
    spot = 1.0 * (floor_x**2 / 2.2 + floor_z**2 / 1.2 < 1) * (s.place == STAGE)
    ground = _mix(ground, (s.ground * 2.1).clamp(0, 1), spot)
    return _mix(ground, sky, _ramp(y, -0.003, 0.003))

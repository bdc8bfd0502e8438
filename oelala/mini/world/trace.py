"""Rays against rounded cones and ellipsoids, in closed form, nearest hit first.

The rounded cone is the convex hull of two balls; its quadratic is the one in Inigo Quilez' notes on ray
intersectors (iquilezles.org/articles/intersectors). All rays of a frame start at one camera, so everything
but three inner products per solid is a constant of the frame. The inner products are float32 sums: TF32
would cut bodies into slices.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from oelala.mini.world.solids import Solids

FAR = 1e4


@dataclass
class Constants:
    """What a frame's camera makes of its solids; see `nearest_hit` for the use of each."""

    cone_axis: Tensor
    cone_from_a: Tensor
    cone_from_b: Tensor
    cone_numbers: Tensor
    ball_map: Tensor
    ball_offset: Tensor

    def only(self, cones: Tensor, balls: Tensor) -> "Constants":
        """Those of some cones and of some ellipsoids, by number."""
        return Constants(
            self.cone_axis[:, cones], self.cone_from_a[:, cones], self.cone_from_b[:, cones],
            self.cone_numbers[:, cones], self.ball_map[:, balls], self.ball_offset[:, balls],
        )  # fmt: skip


def constants(solids: Solids, camera: Tensor) -> Constants:
    """Constants for cameras at (F, 3)."""
    axis = solids.b - solids.a
    from_a, from_b = camera.unsqueeze(1) - solids.a, camera.unsqueeze(1) - solids.b
    step = solids.ra - solids.rb
    m0, m1 = (axis * axis).sum(-1), (axis * from_a).sum(-1)
    m5, m7 = (from_a * from_a).sum(-1), (from_b * from_b).sum(-1)
    d2 = m0 - step * step
    k0 = d2 * m5 - m1 * m1 + 2 * m1 * step * solids.ra - m0 * solids.ra**2
    numbers = torch.stack(
        [d2, m1 - step * solids.ra, k0, solids.ra**2 - m5, solids.rb**2 - m7], -1
    )  # (F, N, 5)
    shrink = solids.axes.transpose(-1, -2) / solids.radii.unsqueeze(-1)
    offset = (shrink * (camera.unsqueeze(1) - solids.centre).unsqueeze(-2)).sum(-1)
    return Constants(axis, from_a, from_b, numbers, shrink, offset)


def _inner(rays: Tensor, vectors: Tensor) -> Tensor:
    """(F, R, 3) and (F, N, 3) to (F, R, N)."""
    r, v = rays.unsqueeze(2), vectors.unsqueeze(1)
    return r[..., 0] * v[..., 0] + r[..., 1] * v[..., 1] + r[..., 2] * v[..., 2]


def _cone_distances(rays: Tensor, c: Constants) -> Tensor:
    m2, m3, m6 = _inner(rays, c.cone_axis), _inner(rays, c.cone_from_a), _inner(rays, c.cone_from_b)
    d2, flat, k0, ha, hb = c.cone_numbers.unsqueeze(1).unbind(-1)
    k2 = d2 - m2 * m2
    k1 = d2 * m3 - m2 * flat
    h = k1 * k1 - k0 * k2
    flank = (-h.clamp_min(0).sqrt() - k1) / torch.where(k2.abs() < 1e-12, torch.full_like(k2, 1e-12), k2)
    y = flat + flank * m2
    on_flank = (h >= 0) & (y > 0) & (y < d2)
    ha, hb = m3 * m3 + ha, m6 * m6 + hb
    end_a = torch.where(ha > 0, -m3 - ha.clamp_min(0).sqrt(), FAR)
    end_b = torch.where(hb > 0, -m6 - hb.clamp_min(0).sqrt(), FAR)
    distance = torch.where(on_flank, flank, torch.minimum(end_a, end_b))
    return torch.where(distance > 0.05, distance, FAR)


def _ball_distances(rays: Tensor, c: Constants) -> Tensor:
    x, y, z = (_inner(rays, c.ball_map[:, :, row]) for row in range(3))
    ox, oy, oz = c.ball_offset.unsqueeze(1).unbind(-1)
    a = x * x + y * y + z * z
    b = x * ox + y * oy + z * oz
    h = b * b - a * (ox * ox + oy * oy + oz * oz - 1)
    distance = (-b - h.clamp_min(0).sqrt()) / a
    return torch.where((h > 0) & (distance > 0.05), distance, FAR)


def nearest_hit(rays: Tensor, c: Constants) -> tuple[Tensor, Tensor]:
    """Distance and index of the first solid along unit rays (F, R, 3); cones first, then ellipsoids.

    Both (F, R); a miss has distance FAR.
    """
    cone, which_cone = _cone_distances(rays, c).min(-1)
    ball, which_ball = _ball_distances(rays, c).min(-1)
    closer = ball < cone
    return torch.where(closer, ball, cone), torch.where(closer, which_ball + c.cone_axis.shape[1], which_cone)


def _gather(values: Tensor, index: Tensor) -> Tensor:
    """(F, N, k) at (F, R) to (F, R, k)."""
    return values.gather(1, index.unsqueeze(-1).expand(-1, -1, values.shape[-1]))


def normals(rays: Tensor, distance: Tensor, index: Tensor, solids: Solids, c: Constants) -> Tensor:
    """Unit outward normals (F, R, 3) of the hits."""
    count = c.cone_axis.shape[1]
    cone, ball = index.clamp_max(count - 1), (index - count).clamp_min(0)
    along = rays * distance.unsqueeze(-1)
    axis, from_a, from_b = (
        _gather(c.cone_axis, cone),
        _gather(c.cone_from_a, cone),
        _gather(c.cone_from_b, cone),
    )
    numbers = _gather(c.cone_numbers, cone)
    d2, flat = numbers[..., 0:1], numbers[..., 1:2]
    y = flat + (axis * along).sum(-1, keepdim=True)
    flank = d2 * (from_a + along) - axis * y
    end = torch.where(y <= 0, from_a, from_b) + along
    cone_normal = torch.where((y > 0) & (y < d2), flank / d2, end)
    shrink = _gather(c.ball_map.flatten(2), ball).unflatten(-1, (3, 3))
    local = _gather(c.ball_offset, ball) + (shrink * along.unsqueeze(-2)).sum(-1)
    ball_normal = (shrink * local.unsqueeze(-1)).sum(-2)
    normal = torch.where((index < count).unsqueeze(-1), cone_normal, ball_normal)
    return normal / normal.norm(dim=-1, keepdim=True).clamp_min(1e-8)


def colours_and_faces(index: Tensor, solids: Solids) -> tuple[Tensor, Tensor]:
    """Colour (F, R, 3) of the hit solid and whether a face is painted on it (F, R)."""
    colour = _gather(torch.cat([solids.cone_colour, solids.ball_colour], 1), index)
    return colour, torch.cat([solids.cone_face, solids.ball_face])[index]

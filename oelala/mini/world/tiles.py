"""Frames from tiles of one size: supersampled where somebody may be seen, one ray a pixel elsewhere.

A person covers a fifth to a half of a frame. And as every call of a shader has the same shape, a compiler
compiles each of the two once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from oelala.mini.world.rotation import unit
from oelala.mini.world.stage import SIZE, TANGENT, Stage, project

TILE = 32
_ACROSS = SIZE // TILE
# Rays in hand at once: what a processor's cache likes, and what a GPU likes.
CPU_RAYS, GPU_RAYS = 20_000, 2**22

Shader = Callable[[Tensor, Stage], Tensor]


@dataclass(frozen=True)
class Shaders:
    """Colours (P, R, 3), sRGB 0..1, of unit rays (P, R, 3) of the frames of a stage: with people, without.

    `samples`: rays across a pixel where somebody may be seen.
    """

    people: Shader
    backdrop: Shader
    samples: int = 2


def ray_tiles(samples: int, device: torch.device) -> Tensor:
    """Unit rays (64, R, 3) of all tiles, row by row, samples x samples a pixel."""
    place = (torch.arange(SIZE * samples, device=device) + 0.5) / samples
    grid_y, grid_x = torch.meshgrid(1 - 2 * place / SIZE, 2 * place / SIZE - 1, indexing="ij")
    rays = unit(torch.stack([grid_x * TANGENT, grid_y * TANGENT, torch.full_like(grid_x, -1.0)], -1))
    apart = rays.unflatten(1, (_ACROSS, -1)).unflatten(0, (_ACROSS, -1)).transpose(1, 2)
    return apart.flatten(0, 1).flatten(1, 2)


def solids_in_tiles(stage: Stage) -> Tensor:
    """(F, 64, N + M) bool: whether the outline of a solid, cones first, may reach into a tile."""
    s = stage.solids
    cone_low, cone_high = _boxes(torch.cat([s.a, s.b], 1), torch.cat([s.ra, s.rb], 1), stage.camera)
    low, high = cone_low.unflatten(1, (2, -1)).amin(1), cone_high.unflatten(1, (2, -1)).amax(1)
    ball_low, ball_high = _boxes(s.centre, s.radii.amax(-1), stage.camera)
    shown = torch.cat([torch.maximum(s.ra, s.rb), s.radii.amax(-1)], 1) > 1e-3
    low, high = torch.cat([low, ball_low], 1), torch.cat([high, ball_high], 1)
    start = torch.arange(_ACROSS, device=low.device) / _ACROSS
    inside = (low.unsqueeze(-1) <= start + 1 / _ACROSS) & (high.unsqueeze(-1) >= start)
    inside = inside & shown.view(*shown.shape, 1, 1)
    return (inside[:, :, 1].unsqueeze(-1) & inside[:, :, 0].unsqueeze(-2)).flatten(2).transpose(1, 2)


def _boxes(points: Tensor, reach: Tensor, camera: Tensor) -> tuple[Tensor, Tensor]:
    """Corners (F, N, 2) in 0..1 around balls of radius `reach` (F, N)."""
    depth = (camera[:, 2:3] - points[..., 2]).clamp_min(0.3)
    grow = (1.1 * reach / depth / (2 * TANGENT)).unsqueeze(-1)
    flat = project(points, camera)
    return flat - grow, flat + grow


@torch.no_grad()
def render_frames(stage: Stage, shaders: Shaders, samples: int) -> Tensor:
    """Frames (F, 3, 256, 256) in 0..1."""
    solids = solids_in_tiles(stage)
    people, device = solids.any(-1), solids.device
    tiles = torch.empty(len(people), _ACROSS**2, 3, TILE, TILE, device=device)
    for shader, chosen, fine in ((shaders.people, people, samples), (shaders.backdrop, ~people, 1)):
        rays = ray_tiles(fine, device)
        # Of many frames the same place together: there they show the same.
        place, frame = chosen.T.nonzero(as_tuple=True)
        together = max(1, (CPU_RAYS if device.type == "cpu" else GPU_RAYS) // rays.shape[1])
        for which, where in zip(frame.split(together), place.split(together), strict=True):
            # A GPU's last call is filled up, so that all have one shape.
            missing = 0 if device.type == "cpu" else together - len(which)
            padded = torch.cat([which, which[:1].expand(missing)])
            here = stage.at(padded)
            # A processor asks only those solids that may be there; a GPU's compiler wants one shape.
            if device.type == "cpu":
                here = here.only(solids[which, where].any(0))
            seen = shader(rays[torch.cat([where, where[:1].expand(missing)])], here)
            square = seen[: len(which)].unflatten(1, (TILE, fine, TILE, fine)).mean((2, 4))
            tiles[which, where] = square.permute(0, 3, 1, 2)
    rows = tiles.unflatten(1, (_ACROSS, _ACROSS)).permute(0, 3, 1, 4, 2, 5)
    return rows.reshape(-1, 3, SIZE, SIZE)

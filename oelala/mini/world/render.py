"""Renders clips: 256 x 256 frames, supersampled, with the joints in 2D and what is visible of them."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor

from oelala.mini.world import trace
from oelala.mini.world.body import add_body
from oelala.mini.world.face import FacePaint, face_paint, paint
from oelala.mini.world.head import add_head, head_size
from oelala.mini.world.pack import People, pack
from oelala.mini.world.rotation import unit
from oelala.mini.world.scenery import Scenery, backdrop, build_scenery
from oelala.mini.world.solids import Collector, Solids
from oelala.mini.world.spec import ClipSpec
from oelala.mini.world.truth import Truth, joints_3d

SIZE = 256
# full body, waist up, close-up: metres seen from bottom to top, and the height of the middle.
_COVER = ((2.24, 0.99), (1.12, 1.30), (0.64, 1.57))
_TANGENT = 0.26
# Rays in hand at once: what a processor's cache likes, and what a GPU likes.
CPU_RAYS, GPU_RAYS = 40_000, 12_000_000


@dataclass
class Stage:
    """Everything a ray needs, for the frames in hand."""

    camera: Tensor
    solids: Solids
    constants: trace.Constants
    face: FacePaint
    scenery: Scenery
    head: Tensor
    head_frame: Tensor
    head_size: Tensor

    def rows(self, first: int, last: int) -> "Stage":
        """The stage of frames first..last-1."""
        return _rows(self, first, last)


def _rows(value: Any, first: int, last: int) -> Any:
    if isinstance(value, Tensor):
        # A copy: the compiler would make a new kernel for every shape of what a view belongs to.
        return value if value.dtype == torch.bool else value[first:last].clone()
    parts = {item.name: _rows(getattr(value, item.name), first, last) for item in fields(value)}
    return type(value)(**parts)


def build_stage(people: People) -> Stage:
    """Cameras, solids, faces and scenery of every frame."""
    shot = people.kind["shot"]
    cover, middle = torch.tensor(_COVER, device=shot.device)[shot].unbind(-1)
    height = people.number["height"]
    middle = torch.where(shot == 0, middle, middle * height)
    camera = torch.stack([torch.zeros_like(cover), middle, cover / 2 / _TANGENT], -1)
    collector = Collector()
    add_body(collector, people)
    add_head(collector, people)
    solids = collector.collect()
    s = people.skeleton
    return Stage(
        camera, solids, trace.constants(solids, camera), face_paint(people), build_scenery(people),
        s.head, s.head_frame, head_size(people),
    )  # fmt: skip


def project(points: Tensor, camera: Tensor) -> Tensor:
    """(F, J, 3) in metres to (F, J, 2) in 0..1 of the frame, y down. Cameras look along -z."""
    local = points - camera.unsqueeze(1)
    return 0.5 + torch.stack([local[..., 0], -local[..., 1]], -1) / (-local[..., 2:3]) / (2 * _TANGENT)


def ray_grid(left: int, top: int, right: int, bottom: int, samples: int, device: torch.device) -> Tensor:
    """Unit rays (1, h*s*w*s, 3) of the pixels in a window, s x s a pixel, row by row."""
    x = (torch.arange((right - left) * samples, device=device) + 0.5) / samples + left
    y = (torch.arange((bottom - top) * samples, device=device) + 0.5) / samples + top
    grid_y, grid_x = torch.meshgrid(1 - 2 * y / SIZE, 2 * x / SIZE - 1, indexing="ij")
    rays = torch.stack([grid_x * _TANGENT, grid_y * _TANGENT, torch.full_like(grid_x, -1.0)], -1)
    return unit(rays).reshape(1, -1, 3)


def shade(rays: Tensor, stage: Stage) -> Tensor:
    """Colours (F, R, 3), sRGB 0..1, of unit rays (F, R, 3)."""
    distance, index = trace.nearest_hit(rays, stage.constants)
    normal = trace.normals(rays, distance, index, stage.solids, stage.constants)
    colour, is_face = trace.colours_and_faces(index, stage.solids)
    point = stage.camera.unsqueeze(1) + rays * distance.unsqueeze(-1)
    from_head = point - stage.head.unsqueeze(1)
    local = (stage.head_frame.unsqueeze(1) * from_head.unsqueeze(-1)).sum(-2) / stage.head_size.unsqueeze(1)
    colour = torch.where(is_face.unsqueeze(-1), paint(colour, local, stage.face), colour)
    scenery = stage.scenery
    facing = (normal * scenery.sun).sum(-1, keepdim=True)
    light = scenery.ambient * (0.86 + 0.14 * normal[..., 1:2]) + scenery.key * (
        (facing + 0.35) / 1.35
    ).clamp_min(0)
    rim = (1 + (normal * rays).sum(-1, keepdim=True)).clamp(0, 1) ** 3
    lit = (colour * light + 0.10 * rim * scenery.key).clamp(0, 1)
    return torch.where((distance < trace.FAR / 2).unsqueeze(-1), lit, backdrop(rays, stage.camera, scenery))


Shader = Callable[[Tensor, Stage], Tensor]


def _window(stage: Stage) -> tuple[int, int, int, int]:
    """The pixels around everybody in these frames, in steps of 16."""
    s = stage.solids
    ends = torch.cat([s.a, s.b, s.centre], 1)
    reach = torch.cat([s.ra, s.rb, s.radii.amax(-1)], 1)
    depth = (stage.camera[:, 2:3] - ends[..., 2]).clamp_min(0.3)
    grow = (reach / depth / (2 * _TANGENT)).unsqueeze(-1)
    grow = torch.where(reach.unsqueeze(-1) < 1e-3, torch.zeros_like(grow), grow * 1.1)
    flat = project(ends, stage.camera)
    low = ((flat - grow).amin((0, 1)) * SIZE / 16).floor().clamp(0, SIZE // 16 - 1)
    high = ((flat + grow).amax((0, 1)) * SIZE / 16).ceil().clamp(1, SIZE // 16)
    left, top, right, bottom = torch.cat([low, high]).mul(16).int().tolist()
    return left, top, max(right, left + 16), max(bottom, top + 16)


@torch.no_grad()
def render_stage(stage: Stage, *, samples: int = 2, shader: Shader = shade) -> Tensor:
    """Frames (F, 3, 256, 256) in 0..1 at samples x samples rays a pixel; `shader` may be a
    compiled `shade`.
    """
    device = stage.camera.device
    max_rays = CPU_RAYS if device.type == "cpu" else GPU_RAYS
    count = len(stage.camera)
    left, top, right, bottom = _window(stage)
    everywhere = ray_grid(0, 0, SIZE, SIZE, 1, device)
    rays = ray_grid(left, top, right, bottom, samples, device)
    together = max(1, max_rays // rays.shape[1])
    frames = torch.empty(count, 3, SIZE, SIZE, device=device)
    for first in range(0, count, together):
        part = stage.rows(first, first + together)
        size = len(part.camera)
        behind = backdrop(everywhere.expand(size, -1, -1), part.camera, part.scenery)
        frames[first : first + size] = behind.transpose(1, 2).unflatten(-1, (SIZE, SIZE))
        pieces = [shader(piece.expand(size, -1, -1), part) for piece in rays.split(max_rays, 1)]
        seen = torch.cat(pieces, 1).unflatten(1, (bottom - top, samples, right - left, samples)).mean((2, 4))
        frames[first : first + size, :, top:bottom, left:right] = seen.permute(0, 3, 1, 2)
    return frames


@dataclass
class Rendered:
    """Clips (B, T, 3, 256, 256) in 0..1 and their ground truth."""

    frames: Tensor
    truth: Truth


@torch.no_grad()
def render_clips(
    specs: list[ClipSpec],
    num_frames: int = 33,
    *,
    device: torch.device | str = "cpu",
    samples: int = 2,
    shader: Shader = shade,
) -> Rendered:
    """Render clips at 16 frames a second, with joints in 2D (0..1) and their visibility."""
    people = pack(specs, num_frames, device)
    stage = build_stage(people)
    # One clip at a time has the tightest window; a GPU prefers many single frames together.
    group = num_frames * (1 if stage.camera.device.type == "cpu" else max(1, 32 // num_frames))
    frames = torch.cat(
        [
            render_stage(stage.rows(i, i + group), samples=samples, shader=shader)
            for i in range(0, len(stage.camera), group)
        ]
    )
    return Rendered(frames.unflatten(0, (len(specs), num_frames)), ground_truth(people, stage, num_frames))


def ground_truth(people: People, stage: Stage, num_frames: int) -> Truth:
    """Joints (B, T, 18, 2) in COCO-18 order; a joint is visible when in frame and not behind another part."""
    points = joints_3d(people)
    flat = project(points, stage.camera)
    away = points - stage.camera.unsqueeze(1)
    distance, _ = trace.nearest_hit(unit(away), stage.constants)
    inside = ((flat >= 0) & (flat < 1)).all(-1)
    visible = inside & (distance > away.norm(dim=-1) - 0.16)
    return Truth(flat.unflatten(0, (-1, num_frames)), visible.unflatten(0, (-1, num_frames)))

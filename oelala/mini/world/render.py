"""Renders clips: 256 x 256 frames, supersampled, with the joints in 2D and what is visible of them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from oelala.mini.world import trace
from oelala.mini.world.face import paint
from oelala.mini.world.pack import People, pack
from oelala.mini.world.rotation import unit
from oelala.mini.world.scenery import backdrop, shows
from oelala.mini.world.spec import ClipSpec
from oelala.mini.world.stage import Stage, build_stage, project
from oelala.mini.world.table import Table
from oelala.mini.world.tiles import Shaders, render_frames
from oelala.mini.world.truth import Truth, joints_3d


def shade(rays: Tensor, stage: Stage) -> Tensor:
    """Colours (F, R, 3), sRGB 0..1, of unit rays (F, R, 3)."""
    distance, index = trace.nearest_hit(rays, stage.constants)
    normal = trace.normals(rays, distance, index, stage.solids, stage.constants)
    colour, is_face = trace.colours_and_faces(index, stage.solids)
    point = stage.camera.unsqueeze(1) + rays * distance.unsqueeze(-1)
    from_head = point - stage.head.unsqueeze(1)
    local = (stage.head_frame.unsqueeze(1) * from_head.unsqueeze(-1)).sum(-2) / stage.head_size.unsqueeze(1)
    if shows(is_face):
        colour = torch.where(is_face.unsqueeze(-1), paint(colour, local, stage.face), colour)
    # Skull and jaw are shaded as one round thing, without an edge between them.
    normal = torch.where(is_face.unsqueeze(-1), unit(from_head), normal)
    scenery = stage.scenery
    facing = (normal * scenery.sun).sum(-1, keepdim=True)
    # Gentle on faces: who somebody is should not depend on the light.
    facing = torch.where(is_face.unsqueeze(-1), 0.38 + 0.40 * facing, facing)
    light = scenery.ambient * (0.82 + 0.18 * normal[..., 1:2]) + scenery.key * (
        (facing + 0.35) / 1.35
    ).clamp_min(0)
    rim = (1 + (normal * rays).sum(-1, keepdim=True)).clamp(0, 1) ** 3
    lit = (colour * light + 0.15 * rim * scenery.key).clamp(0, 1)
    hit = (distance < trace.FAR / 2).unsqueeze(-1)
    return torch.where(hit, lit, backdrop(rays, stage.camera, scenery)) if shows(~hit) else lit


def show_backdrop(rays: Tensor, stage: Stage) -> Tensor:
    """Colours (F, R, 3), sRGB 0..1, of unit rays (F, R, 3) that meet nobody."""
    return backdrop(rays, stage.camera, stage.scenery)


PLAIN = Shaders(shade, show_backdrop)
# Without smooth edges, for rehearsals.
ROUGH = Shaders(shade, show_backdrop, samples=1)


@dataclass
class Rendered:
    """Clips (B, T, 3, 256, 256) in 0..1 and their ground truth."""

    frames: Tensor
    truth: Truth


@torch.no_grad()
def render_clips(
    clips: list[ClipSpec] | Table,
    num_frames: int = 33,
    *,
    device: torch.device | str = "cpu",
    samples: int | None = None,
    shaders: Shaders = PLAIN,
) -> Rendered:
    """Render clips at 16 frames a second, with joints in 2D (0..1) and their visibility; `samples` instead of
    the shaders' own."""
    people = pack(clips, num_frames, device)
    stage = build_stage(people)
    frames = render_frames(stage, shaders, samples or shaders.samples)
    return Rendered(frames.unflatten(0, (-1, num_frames)), ground_truth(people, stage, num_frames))


def ground_truth(people: People, stage: Stage, num_frames: int) -> Truth:
    """Joints (B, T, 18, 2) in COCO-18 order; a joint is visible when in frame and not behind another part."""
    points = joints_3d(people)
    flat = project(points, stage.camera)
    away = points - stage.camera.unsqueeze(1)
    distance, _ = trace.nearest_hit(unit(away), stage.constants)
    inside = ((flat >= 0) & (flat < 1)).all(-1)
    visible = inside & (distance > away.norm(dim=-1) - 0.16)
    return Truth(flat.unflatten(0, (-1, num_frames)), visible.unflatten(0, (-1, num_frames)))

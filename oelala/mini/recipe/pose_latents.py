"""Shards for the pose stage: latents of clips, of their skeletons, of a reference picture, of kept frames."""

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from oelala.mini.recipe.control import skeleton_frames
from oelala.mini.recipe.faces import face_maps
from oelala.mini.recipe.farm import Made
from oelala.mini.recipe.latents import ENCODED, LatentStage, pixels_of
from oelala.mini.recipe.pose_conditions import halves, kept_frames_mask, kept_frames_video
from oelala.mini.world.render import render_clips
from oelala.mini.world.stage import SIZE
from oelala.mini.world.truth import Truth

# One clip in so many also comes with given frames and grey for the rest.
KEPT_EVERY = 4
# So many frames of another clip may be given to go on from: whole latent frames.
GOES_ON = (5, 9)
_FACE = (0, 14, 15, 16, 17)
_NECK = 1


@dataclass(frozen=True)
class Noise:
    """How far a detector's joints are from the truth. Lengths in shares of the frame; the others are chances.

    `wander` and `shake` are deviations of a joint over the whole clip and from frame to frame; `scale` and
    `shift` those of the whole body; `hidden` that a clip's detector leaves out what it cannot see,
    `hidden_face` the same of a face seen from behind; `lost` that a joint is missing in a frame of a careless
    clip, and `careless` that a clip is one.
    """

    wander: float = 0.006
    shake: float = 0.003
    scale: float = 0.03
    shift: float = 0.008
    hidden: float = 0.5
    hidden_face: float = 0.9
    careless: float = 0.25
    lost: float = 0.12


NOISE = Noise()


def detected(truth: Truth, noise: Noise = NOISE) -> Tensor:
    """Joints (B, T, 18, 2) in pixels as a detector might find them: a little off, NaN for none."""
    joints = truth.joints
    b, t = joints.shape[:2]

    def chance(share: float, *shape: int) -> Tensor:
        return torch.rand(shape, device=joints.device) < share

    def normal(spread: float, *shape: int) -> Tensor:
        return torch.randn(shape, device=joints.device) * spread

    neck = joints[:, :1, _NECK : _NECK + 1]
    joints = (joints - neck) * (1 + normal(noise.scale, b, 1, 1, 1)) + neck + normal(noise.shift, b, 1, 1, 2)
    joints = joints + normal(noise.wander, b, 1, 18, 2) + normal(noise.shake, b, t, 18, 2)
    inside = ((truth.joints >= 0) & (truth.joints < 1)).all(-1)
    hidden = inside & ~truth.visible
    face = torch.zeros(18, dtype=torch.bool, device=joints.device)
    face[list(_FACE)] = True
    leaves_out = torch.where(face, chance(noise.hidden_face, b, 1, 1), chance(noise.hidden, b, 1, 1))
    lost = chance(noise.lost, b, t, 18) & chance(noise.careless, b, 1, 1)
    gone = ~inside | (hidden & leaves_out) | lost
    return (joints * SIZE).masked_fill(gone.unsqueeze(-1), float("nan"))


def kept_kinds(num_frames: int) -> tuple[tuple[int, ...], ...]:
    """Which frames may be given: the first, or the last, or both, of a whole clip and of one half as long; or
    the last 5 or 9 of another clip that is to go on.
    """
    last, half = num_frames - 1, (num_frames - 1) // 2
    return (
        (0,),
        (0, last),
        (last,),
        (0, half),
        (half,),
        *(tuple(range(min(count, half))) for count in GOES_ON),
    )


def boxed(pictures: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) in -1..1: some whole, some cut to a tall one on white, some smaller yet."""
    b, size = pictures.shape[0], pictures.shape[-1]
    device = pictures.device
    style = torch.rand(b, 1, 1, device=device)
    wide = torch.where(style < 0.4, 1.0, 0.5 + 0.4 * torch.rand(b, 1, 1, device=device))
    zoom = torch.where(style < 0.8, 1.0, 0.6 + 0.35 * torch.rand(b, 1, 1, device=device))
    axis = (torch.arange(size, device=device) + 0.5) / size * 2 - 1
    x, y = axis.view(1, 1, -1) / zoom, axis.view(1, -1, 1) / zoom
    grid = torch.stack(torch.broadcast_tensors(x, y), -1)
    small = F.grid_sample(pictures, grid, mode="bilinear", padding_mode="border", align_corners=False)
    there = (x.abs() <= wide) & (y.abs() <= 1)
    return torch.where(there.unsqueeze(1), small, torch.ones_like(small))


class PoseLatentStage(LatentStage):
    """Adds shards of the kind "poses", with these tensors for each of N clips of T latent frames:

    `latents` and `skeletons` (N, 48, T, 16, 16), `references` (N, 48, 1, 16, 16), `kept_kind` (N,) int8, an
    index of `kept_kinds` or -1; `faces` (N, T, 16, 16) uint8, as `face_maps` has them; and `kept` (K, 48, T,
    16, 16) for the K clips that have one: the latents of their given frames, 0 elsewhere.
    """

    def _supply(self, together: int, tokenizer: Path) -> Generator[Made, None, None]:
        first = self.settings.first_seed + self.done
        return self.tools.farm.clips(first, together, tokenizer, references=True)

    @torch.no_grad()
    def _tensors(self, made: Made) -> dict[str, Tensor]:
        assert made.references is not None
        settings, shaders = self.settings, self.tools.shaders
        torch.manual_seed(made.first)
        rendered = render_clips(made.table, settings.num_frames, device=settings.device, shaders=shaders)
        stills = render_clips(made.references, 1, device=settings.device, shaders=shaders).frames[:, 0]
        clips = pixels_of((rendered.frames.clamp(0, 1) * 255).round())
        joints = detected(rendered.truth)
        count = ENCODED[settings.kind]
        skeletons = [self.encode(skeleton_frames(part, SIZE)) for part in joints.split(count)]
        references = boxed(stills.clamp(0, 1) * 2 - 1).unsqueeze(2)
        return {
            "latents": torch.cat([self.encode(part) for part in clips.split(count)]),
            "skeletons": torch.cat(skeletons),
            "references": self.encode(references),
            "faces": face_maps(rendered.truth),
        } | self._kept(made.first, clips)

    def _kept(self, first: int, clips: Tensor) -> dict[str, Tensor]:
        kinds = kept_kinds(clips.shape[2])
        chosen = torch.full((len(clips),), -1, dtype=torch.int8)
        made = []
        for row in range(0, len(clips), KEPT_EVERY):
            chosen[row] = ((first + row) // KEPT_EVERY) % len(kinds)
            frames = kinds[int(chosen[row])]
            mask = kept_frames_mask(frames, clips.shape[2], SIZE).to(clips)
            made.append(halves(kept_frames_video(clips[row : row + 1], frames), mask)[0])
        count = ENCODED[self.settings.kind]
        return {
            "kept_kind": chosen,
            "kept": torch.cat([self.encode(part) for part in torch.cat(made).split(count)]),
        }

"""The shards of the kind "poses" on the training device, and batches of them as the pipeline has them."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from loguru import logger
from safetensors.torch import load_file
from torch import Tensor

from oelala.mini.recipe.faces import no_faces
from oelala.mini.recipe.farm import PLAIN_CAPTIONS
from oelala.mini.recipe.latent_set import STATISTICS, shards
from oelala.mini.recipe.pose_conditions import (
    GREY,
    Encode,
    Scale,
    halves,
    join,
    kept_frames_mask,
    mask_channels,
    with_reference,
)
from oelala.mini.recipe.pose_latents import kept_kinds
from oelala.mini.topology import TEMPORAL
from oelala.mini.world.stage import SIZE

# Shares of the samples: with given frames and grey instead of a skeleton; of the others, without any control.
KEPT_SHARE, NO_CONTROL_SHARE = 0.15, 0.10
_STORED = ("latents", "skeletons", "references", "kept")


@dataclass(frozen=True)
class PoseBatch:
    """`samples` of `frames` latent frames, with a reference picture in front or without."""

    frames: int
    samples: int
    reference: bool


@dataclass(frozen=True)
class PosePart:
    """Clean latents (B, 48, T, 16, 16), where faces are in them (B, T, 16, 16), 0..255, and control (B, 352,
    T, 16, 16), all with a reference's frame if there is one; token ids (B, 64).
    """

    latents: Tensor
    faces: Tensor
    control: Tensor
    tokens: Tensor


@dataclass(frozen=True)
class _Kept:
    """For clips of one length: which rows of `kept` suit them (all they give is in it, and the last frame
    given is its last), the place of each of `kept_kinds` here, the reactive half and the masks of each.
    """

    rows: Tensor
    place: Tensor
    reactive: Tensor
    masks: Tensor


class PoseSet:
    """Normalised latents on the training device; `encode` is the frozen VAE's, for what no clip changes."""

    def __init__(self, folder: Path, device: torch.device, encode: Encode) -> None:
        paths = shards("poses", folder)
        if not paths:
            raise FileNotFoundError(f"no poses in {folder}: run the stage `poses` first")
        scale = Scale.of(json.loads((folder / STATISTICS).read_text()), device)
        found = [load_file(path) for path in paths]
        self.parts = {name: _normalised([one[name] for one in found], scale, device) for name in _STORED}
        faces = [one["faces"] if "faces" in one else no_faces(one["latents"]) for one in found]
        self.faces = torch.cat(faces).to(device)
        self.tokens = torch.cat([one["tokens"] for one in found]).to(device)
        kinds = torch.cat([one["kept_kind"] for one in found])
        # Row i of `kept` belongs to clip `kept_rows[i]`.
        self.kept_rows = (kinds >= 0).nonzero().flatten().to(device)
        self.kept_kinds = kinds[kinds >= 0].long().to(device)
        self.full = self.parts["latents"].shape[2]
        self._constants(scale, device, encode)
        seen = int(self.faces.flatten(1).any(1).sum())
        logger.info(
            "{} poses, {} with a face, {} with given frames", len(self.tokens), seen, len(self.kept_rows)
        )

    def _constants(self, scale: Scale, device: torch.device, encode: Encode) -> None:
        """What is the same for all clips: nothing at all, grey around given frames, and the masks."""
        num_frames = (self.full - 1) * TEMPORAL + 1
        empty = torch.zeros(1, 3, num_frames, SIZE, SIZE, device=device)
        self.empty = scale(encode(empty))
        self.ones = mask_channels(torch.ones_like(empty[:, :1]))
        kinds = kept_kinds(num_frames)
        self.kept: dict[int, _Kept] = {}
        for frames, suits in ((self.full, (0, 1, 2, 5, 6)), ((self.full + 1) // 2, (0, 3, 4, 5, 6))):
            clip = empty[:, :, : (frames - 1) * TEMPORAL + 1]
            given = [kept_frames_mask(kinds[kind], clip.shape[2], SIZE).to(device) for kind in suits]
            reactive = [scale(encode(halves(torch.full_like(clip, GREY), mask)[1])) for mask in given]
            place = torch.full((len(kinds),), -1, device=device)
            place[list(suits)] = torch.arange(len(suits), device=device)
            masks = [mask_channels(mask) for mask in given]
            rows = (place[self.kept_kinds] >= 0).nonzero().flatten()
            self.kept[frames] = _Kept(rows, place, torch.cat(reactive), torch.cat(masks))

    def draw(self, batch: PoseBatch, hard: float) -> PosePart:
        """A batch at random, a share `hard` with hard captions; its shapes depend on `batch` alone."""
        device, frames = self.tokens.device, batch.frames
        suitable = self.kept[frames].rows if frames in self.kept else self.kept_rows[:0]
        kept = round(KEPT_SHARE * batch.samples) if len(suitable) else 0
        rows = torch.randint(len(self.tokens), (batch.samples - kept,), device=device)
        control = self._skeleton_control(rows, frames)
        if kept:
            chosen = suitable[torch.randint(len(suitable), (kept,), device=device)]
            rows = torch.cat([rows, self.kept_rows[chosen]])
            control = torch.cat([control, self._kept_control(chosen, frames)])
        latents, faces = self.parts["latents"][rows, :, :frames].float(), self.faces[rows, :frames]
        if batch.reference:
            reference = self.parts["references"][rows].float()
            latents = torch.cat([reference, latents], 2)
            # What is made there is a copy of what is given, and thrown away: its face does not count more.
            faces = torch.cat([no_faces(reference), faces], 1)
            control = with_reference(control, reference)
        which = torch.randint(PLAIN_CAPTIONS, (batch.samples,), device=device)
        which = which + PLAIN_CAPTIONS * (torch.rand(batch.samples, device=device) < hard)
        return PosePart(latents, faces, control, self.tokens[rows, which].long())

    def _skeleton_control(self, rows: Tensor, frames: int) -> Tensor:
        skeletons = self.parts["skeletons"][rows, :, :frames].float()
        empty = self.empty[:, :, :frames]
        without = torch.rand(len(rows), 1, 1, 1, 1, device=rows.device) < NO_CONTROL_SHARE
        reactive = torch.where(without, empty, skeletons)
        masks = self.ones[:, :, :frames].expand(len(rows), -1, -1, -1, -1)
        return join(empty.expand_as(reactive), reactive, masks)

    def _kept_control(self, chosen: Tensor, frames: int) -> Tensor:
        kept = self.kept[frames]
        place = kept.place[self.kept_kinds[chosen]]
        inactive = self.parts["kept"][chosen, :, :frames].float()
        return join(inactive, kept.reactive[place], kept.masks[place])


def _normalised(latents: list[Tensor], scale: Scale, device: torch.device) -> Tensor:
    whole = torch.empty(sum(map(len, latents)), *latents[0].shape[1:], dtype=latents[0].dtype, device=device)
    start = 0
    for part in latents:
        for piece in part.split(1000):
            whole[start : start + len(piece)] = scale(piece.to(device))
            start += len(piece)
    return whole

"""Latents and tokens on disk, shard by shard, and on the training device."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from loguru import logger
from safetensors.torch import load_file
from torch import Tensor

from oelala.mini.recipe.faces import no_faces
from oelala.mini.recipe.farm import PLAIN_CAPTIONS
from oelala.mini.topology import Z_DIM

STATISTICS = "latents.json"


class Moments:
    """Sums for the mean and deviation of the latents by channel."""

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self.sums = torch.zeros(3, Z_DIM, dtype=torch.float64, device=device)

    def add(self, latents: Tensor) -> None:
        """Latents (B, 48, T, h, w)."""
        z = latents.transpose(0, 1).flatten(1).double()
        self.sums += torch.stack([torch.full_like(z[:, 0], z.shape[1]), z.sum(1), (z * z).sum(1)])

    def result(self) -> dict[str, Any]:
        """`latents_mean` and `latents_std`, as a VAE's config wants them."""
        count, total, square = self.sums.cpu()
        mean = total / count
        std = (square / count - mean**2).clamp_min(1e-8).sqrt()
        return {"latents_mean": mean.tolist(), "latents_std": std.tolist()}


def shards(kind: str, folder: Path) -> list[Path]:
    """Files of that kind ("clips" or "stills"), in the order of their seeds."""
    return sorted(folder.glob(f"{kind}-*.safetensors"))


def seed_of(path: Path) -> int:
    """The last seed of a shard, plus one."""
    return int(path.stem.rsplit("-", 1)[1])


def write_statistics(folder: Path) -> None:
    """Write the latents' mean and deviation over all shards."""
    moments = Moments()
    for path in [*shards("clips", folder), *shards("stills", folder)]:
        moments.sums += load_file(path)["sums"]
    (folder / STATISTICS).write_text(json.dumps(moments.result()))


@dataclass(frozen=True)
class Drawn:
    """Latents (B, 48, T, 16, 16), where faces are in them (B, T, 16, 16), 0..255, token ids (B, 64), and what
    the captions say (B, 17).
    """

    latents: Tensor
    faces: Tensor
    tokens: Tensor
    answers: Tensor


class LatentSet:
    """Normalised latents and tokens on the training device; shards of old have no faces, and so none."""

    def __init__(self, kind: str, folder: Path, device: torch.device) -> None:
        numbers = json.loads((folder / STATISTICS).read_text())
        mean, std = (
            torch.tensor(numbers[key], device=device).view(1, -1, 1, 1, 1)
            for key in ("latents_mean", "latents_std")
        )
        latents, faces, tokens, answers = [], [], [], []
        for path in shards(kind, folder):
            found = load_file(path)
            part = found["latents"].to(device)
            for piece in part.split(1000):
                piece.copy_((piece.float() - mean) / std)
            latents.append(part)
            faces.append(found["faces"].to(device) if "faces" in found else no_faces(part))
            tokens.append(found["tokens"].to(device))
            answers.append(found["answers"].to(device))
        self.latents = torch.cat(latents) if latents else torch.empty(0)
        self.faces = torch.cat(faces) if faces else torch.empty(0)
        self.tokens = torch.cat(tokens) if tokens else torch.empty(0)
        self.answers = torch.cat(answers) if answers else torch.empty(0)
        logger.info(
            "{} {}, {} of them with a face",
            len(self),
            kind,
            int(self.faces.flatten(1).any(1).sum()) if faces else 0,
        )

    def __len__(self) -> int:
        return len(self.latents)

    def draw(self, count: int, frames: int, hard: float) -> Drawn:
        """`count` at random, `frames` of them, a share `hard` with hard captions."""
        device = self.latents.device
        row = torch.randint(len(self), (count,), device=device)
        which = torch.randint(PLAIN_CAPTIONS, (count,), device=device)
        which = which + PLAIN_CAPTIONS * (torch.rand(count, device=device) < hard)
        return Drawn(
            self.latents[row, :, :frames].float(),
            self.faces[row, :frames],
            self.tokens[row, which].long(),
            self.answers[row].long(),
        )

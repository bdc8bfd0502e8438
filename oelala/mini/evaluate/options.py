"""What an evaluation is asked to do."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from oelala.settings import ASSETS

POSE_FOLDER = ASSETS / "oelala-mini-pose"


@dataclass(frozen=True)
class Options:
    """`prompts` × `seeds` clips from text; `clips` for each of VAE, pictures and poses; `runs` for speed;
    `people` of the world, for each of bodies, faces and descriptors.

    `latents`: a file or folder of latents that `generate` wrote elsewhere; what it lacks is made here.
    `minutes`: when a part stops.
    """

    model: Path
    out: Path
    pose: Path = POSE_FOLDER
    latents: Path | None = None
    prompts: int = 200
    seeds: int = 3
    clips: int = 24
    runs: int = 5
    num_frames: int = 33
    steps: int = 20
    guidance: float = 3.0
    threads: int = 2
    people: int = 500
    minutes: float = math.inf

    @cached_property
    def model_hash(self) -> str:
        """Of every file that decides what the model makes."""
        return hash_of(self.model)

    @cached_property
    def sampling(self) -> dict[str, Any]:
        """What decides a clip, besides its prompt and seed."""
        return {
            "model": self.model_hash,
            "num_frames": self.num_frames,
            "steps": self.steps,
            "guidance": self.guidance,
        }

    @cached_property
    def pose_sampling(self) -> dict[str, Any]:
        """The same of a clip that follows a motion."""
        return self.sampling | {"pose": hash_of(self.pose)}


def hash_of(folder: Path) -> str:
    """Twelve hexadecimal digits of the folder's weights, configurations and tokenizer."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".safetensors", ".json") and "preview" not in path.name:
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

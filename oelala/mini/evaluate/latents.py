"""Latents of clips by name, in safetensors files: made here, or on another machine by `generate`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, get_args

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

Kind = Literal["text", "image", "pose"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SHARD_BYTES = 14_500_000
_META = "sampling"


def key_of(kind: Kind, number: int, seed: int = 0) -> str:
    """The name of a clip's latents."""
    return f"{kind}-{number:05d}-{seed}"


def write_shard(path: Path, latents: dict[str, Tensor], sampling: dict[str, Any]) -> None:
    """Normalised latents (48, T, h, w) as float16, with what decided them in the file's metadata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    small = {key: value.to("cpu", torch.float16).contiguous() for key, value in latents.items()}
    save_file(small, path, {_META: json.dumps(sampling, sort_keys=True)})


@dataclass
class LatentStore:
    """Latents of some kinds. Reads `given` (a file or folder of shards) and `folder`; writes to `folder`, a
    file a clip.

    Files of another model or other settings in `folder` are left alone; in `given` they are a ValueError.
    """

    folder: Path
    sampling: dict[str, Any]
    given: Path | None = None
    kinds: tuple[Kind, ...] = ("text", "image")
    _places: dict[str, Path] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for path in sorted(self.folder.glob("*.safetensors")):
            self._index(path, strict=False)
        if self.given is not None:
            paths = sorted(self.given.glob("*.safetensors")) if self.given.is_dir() else [self.given]
            if not paths:
                raise ValueError(f"no latents in {self.given}")
            for path in paths:
                self._index(path, strict=True)

    def _index(self, path: Path, *, strict: bool) -> None:
        with safe_open(path, "pt") as shard:
            made_by = json.loads((shard.metadata() or {}).get(_META, "{}"))
            own = [key for key in shard.keys() if key.startswith(self.kinds)]  # noqa: SIM118  no dict
            if made_by == self.sampling:
                self._places |= dict.fromkeys(own, path)
            elif strict and own:
                raise ValueError(f"{path} was made by {made_by}, not {self.sampling}")

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def get(self, key: str) -> Tensor:
        """(48, T, h, w), float32. Raises KeyError."""
        with safe_open(self._places[key], "pt") as shard:
            latents: Tensor = shard.get_tensor(key).float()
        return latents

    def put(self, key: str, latents: Tensor) -> None:
        """Keep one clip's latents (48, T, h, w)."""
        path = self.folder / f"{key}.safetensors"
        write_shard(path, {key: latents}, self.sampling)
        self._places[key] = path


@dataclass
class ShardWriter:
    """Shards `NAME-000.safetensors` … of at most 14.5 MB, after those that are there."""

    folder: Path
    name: str
    sampling: dict[str, Any]
    _waiting: dict[str, Tensor] = field(init=False, default_factory=dict)
    _bytes: int = field(init=False, default=0)
    _count: int = field(init=False, default=0)

    def add(self, key: str, latents: Tensor) -> None:
        """One clip's (48, T, h, w)."""
        size = latents.numel() * 2
        if self._waiting and self._bytes + size > SHARD_BYTES:
            self.flush()
        self._waiting[key] = latents
        self._bytes += size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """What is waiting is written, whatever happened."""
        self.flush()

    def flush(self) -> None:
        """Write what is waiting."""
        if self._waiting:
            while (path := self.folder / f"{self.name}-{self._count:03d}.safetensors").exists():
                self._count += 1
            write_shard(path, self._waiting, self.sampling)
        self._waiting, self._bytes = {}, 0

"""What loading a model means: which files, in which number format, how many bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from oelala.errors import OelalaError
from oelala.models.catalog import Installation, Row, installation, shards, weight_files
from oelala.models.catalog.resolve import check_installed, missing_model
from oelala.models.device import dtype_of
from oelala.models.file_hashes import FileHashes
from oelala.models.parts import PartKey
from oelala.models.safetensors_header import check_file

_WITHOUT_WEIGHTS = ("tokenizer", "tokenizer_2", "scheduler", "image_processor", "feature_extractor")
_WEIGHTS = (".safetensors", ".gguf")


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """`bytes` once loaded in `key.dtype`. `folder` is a file where the part is a single one.

    `int8`: its matrices are brought to 8 bits, which makes it another part.
    """

    key: PartKey
    folder: Path
    bytes: int
    int8: bool = False

    def in_8_bits(self) -> PlannedPart:
        key = replace(self.key, digest=f"{self.key.digest} int8")
        return replace(self, key=key, bytes=self.bytes // self.key.dtype.itemsize, int8=True)


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """`hashes`: the SHA-256 of every weight file, by its path inside the model."""

    row: Row
    folder: Path
    parts: Mapping[str, PlannedPart]
    hashes: Mapping[str, str]

    def without(self, name: str) -> LoadPlan:
        """The same, one part less; its files still count for what the model is (`hashes`)."""
        return replace(self, parts={one: part for one, part in self.parts.items() if one != name})

    def in_8_bits(self, names: Collection[str]) -> LoadPlan:
        """The same, with these parts' matrices in 8 bits."""
        parts = {name: part.in_8_bits() if name in names else part for name, part in self.parts.items()}
        return replace(self, parts=parts)

    @property
    def keys(self) -> list[PartKey]:
        return [part.key for part in self.parts.values()]

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts.values())


def plan_load(row: Row, models: Path, device: torch.device, hashes: FileHashes) -> LoadPlan:
    """Raises OelalaError ("model-broken") and ModelMissing."""
    check_installed(row, models)
    found = installation(row, models)
    if found is None:
        raise missing_model(row, models)  # gone this very moment
    try:
        return _plan(found, device, hashes)
    except (OSError, ValueError) as fault:
        raise OelalaError("model-broken", model=row.title, reason=str(fault)) from fault


def _plan(found: Installation, device: torch.device, hashes: FileHashes) -> LoadPlan:
    parts: dict[str, PlannedPart] = {}
    all_hashes: dict[str, str] = {}
    listed = {name: _files_of(name, folder) for name, folder in found.components.items()}
    known = hashes.of_all(file for files in listed.values() for file in files)
    for name, folder in found.components.items():
        files = {file: known[file] for file in listed[name]}
        weights = {file: digest for file, digest in files.items() if file.suffix in _WEIGHTS}
        inside = folder.parent.name if folder.is_file() else folder.name
        all_hashes |= {f"{inside}/{file.name}": digest for file, digest in weights.items()}
        dtype = dtype_of(name, device)
        size = sum(_loaded_bytes(file, dtype) for file in weights)
        parts[name] = PlannedPart(PartKey(name, _digest(files), dtype), folder, size)
    return LoadPlan(found.row, found.folder, parts, all_hashes)


def _loaded_bytes(file: Path, dtype: torch.dtype) -> int:
    """GGUF stays as it is in memory; everything else is brought to `dtype`. Raises ValueError, OSError."""
    return file.stat().st_size if file.suffix == ".gguf" else check_file(file).parameters * dtype.itemsize


def _files_of(name: str, folder: Path) -> list[Path]:
    """Everything that decides what the part is."""
    if folder.is_file():
        return shards(folder)
    small = [*folder.glob("*.json"), *folder.glob("*.model"), *folder.glob("*.txt")]
    return sorted(file for file in small if not file.name.endswith(".index.json")) + (
        [] if name in _WITHOUT_WEIGHTS else weight_files(folder)
    )


def _digest(files: Mapping[Path, str]) -> str:
    listing = "\n".join(f"{file.name} {digest}" for file, digest in sorted(files.items()))
    return hashlib.sha256(listing.encode()).hexdigest()

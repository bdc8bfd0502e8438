"""What loading a model means: which files, in which number format, how many bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from oelala.errors import OelalaError
from oelala.models.catalog import Installation, Row, installation, weight_files
from oelala.models.catalog.resolve import check_installed, missing_model
from oelala.models.device import dtype_of
from oelala.models.file_hashes import FileHashes
from oelala.models.parts import PartKey
from oelala.models.safetensors_header import check_file


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """`bytes` once loaded in `key.dtype`."""

    key: PartKey
    folder: Path
    bytes: int


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """`hashes`: the SHA-256 of every weight file, by its path inside the model."""

    row: Row
    folder: Path
    parts: Mapping[str, PlannedPart]
    hashes: Mapping[str, str]

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
    for name, folder in found.components.items():
        files = {file: hashes.of(file) for file in _files_of(name, folder)}
        weights = {file: digest for file, digest in files.items() if file.suffix == ".safetensors"}
        all_hashes |= {f"{folder.name}/{file.name}": digest for file, digest in weights.items()}
        dtype = dtype_of(name, device)
        size = sum(check_file(file).parameters for file in weights) * dtype.itemsize
        parts[name] = PlannedPart(PartKey(name, _digest(files), dtype), folder, size)
    return LoadPlan(found.row, found.folder, parts, all_hashes)


def _files_of(name: str, folder: Path) -> list[Path]:
    """Everything that decides what the part is."""
    small = [*folder.glob("*.json"), *folder.glob("*.model"), *folder.glob("*.txt")]
    return sorted(file for file in small if not file.name.endswith(".index.json")) + (
        [] if name in ("tokenizer", "scheduler") else weight_files(folder)
    )


def _digest(files: Mapping[Path, str]) -> str:
    listing = "\n".join(f"{file.name} {digest}" for file, digest in sorted(files.items()))
    return hashlib.sha256(listing.encode()).hexdigest()

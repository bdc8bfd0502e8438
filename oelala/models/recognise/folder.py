"""A folder in diffusers' layout: which model of the catalog it is one of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from oelala.errors import OelalaError
from oelala.models.catalog.installed import INDEX
from oelala.models.catalog.lookup import ROWS
from oelala.models.catalog.row import Component, Row
from oelala.models.catalog.weights import weight_files
from oelala.models.recognise.file import PICKLES
from oelala.models.safetensors_header import SafetensorsHeader, check_file
from oelala.models.scale_names import is_scaled

LARGEST_INDEX = 1_000_000
# The part that tells models apart, and how far its size may be off: a file may hold buffers as well.
_LARGEST_PARTS = ("transformer", "unet")
_OFF = 1e-4
_OFF_EMBEDDED = 1e-2  # the embedded model's own figures are rounded


def parse_index(text: bytes, name: str) -> dict[str, Any]:
    """`model_index.json`. Raises OelalaError ("not-a-model")."""
    try:
        index = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise OelalaError("not-a-model", name=name) from fault
    if not isinstance(index, dict) or not isinstance(index.get("_class_name"), str):
        raise OelalaError("not-a-model", name=name)
    return index


def same_model(pipeline: str, parts: Mapping[str, int], name: str) -> Row:
    """The catalog's model with that pipeline whose large part has as many numbers; `parts`: of each part.

    Where two are alike (480P and 720P, SVD and SVD-XT), the one that `name` hints at. Raises OelalaError
    ("other-family", "unknown-weights").
    """
    family = [row for row in ROWS if pipeline in row.pipelines.values()]
    if not family:
        raise OelalaError("other-family", name=name, what=pipeline[:60])
    alike = [(_distance(row, parts), row) for row in family]
    near = [(off, row) for off, row in alike if off <= (_OFF if row.folder is None else _OFF_EMBEDDED)]
    if not near:
        sizes = ", ".join(f"{part} {count / 1e9:.2f}e9" for part, count in parts.items())
        raise OelalaError("unknown-weights", name=name, reason=f"{pipeline[:60]}: {sizes}")
    least = min(off for off, _ in near)
    best = [row for off, row in near if off == least]
    return next((row for row in best if _hint(row) in name.lower()), best[0])


def _hint(row: Row) -> str:
    return {"wan2.1-i2v-14b-720p": "720", "svd-xt": "xt"}.get(row.id, "\0")


def _distance(row: Row, parts: Mapping[str, int]) -> float:
    """Of the largest part, relative; infinite where the two differ in which parts they have."""
    own = {name: part.parameters for name, part in row.components.items() if name in (*_LARGEST_PARTS,)}
    if ("transformer_2" in row.components) != ("transformer_2" in parts) or "lora" in row.components:
        return float("inf")
    return max((abs(parts.get(name, 0) - count) / count for name, count in own.items()), default=float("inf"))


def recognise_folder(folder: Path) -> Row:
    """The row of a model in a folder of the user's own; its id and title are those of the catalog's.

    Raises OelalaError ("not-a-model", "unsafe-weights", "broken-weights", "scaled-fp8", "other-family",
    "unknown-weights").
    """
    try:
        with (folder / INDEX).open("rb") as file:
            index = parse_index(file.read(LARGEST_INDEX), folder.name)
    except OSError as fault:
        raise OelalaError("not-a-model", name=folder.name) from fault
    counts = {part: _count(folder / part) for part in _parts_of(index)}
    row = same_model(str(index["_class_name"]), counts, folder.name)
    components = {name: _own(part, row.repo, folder) for name, part in row.components.items()}
    return replace(row, repo=str(folder), folder=folder, components=components, added=True)


def _parts_of(index: Mapping[str, Any]) -> list[str]:
    """Names of plain folders, whatever the file says."""
    listed = [name for name, value in index.items() if isinstance(value, list) and all(value)]
    return [name for name in (*_LARGEST_PARTS, "transformer_2") if name in listed]


def _own(part: Component, repo: str, folder: Path) -> Component:
    """The part in the user's folder, as large as it is there: often half of what the repository has it in."""
    try:
        size = sum(file.stat().st_size for file in weight_files(folder / part.subfolder))
    except (ValueError, OSError):
        size = 0  # the row will be found wanting where that matters
    held = size if size and part.parameters else part.bytes
    return replace(part, bytes=held, also=(repo, *part.also), source=None, files=(), path=None)


def count_of(header: SafetensorsHeader, name: str) -> int:
    """How many numbers a file of a folder has: diffusers knows no scales there. Raises OelalaError
    ("scaled-fp8")."""
    if is_scaled(header.tensors):
        raise OelalaError("scaled-fp8", name=name)
    return header.parameters


def _count(folder: Path) -> int:
    """How many numbers a part has. Raises OelalaError ("unsafe-weights", "broken-weights", "scaled-fp8")."""
    try:
        files = weight_files(folder)
        if not files and any(file.suffix in PICKLES for file in folder.glob("*")):
            raise OelalaError("unsafe-weights", name=folder.name)
        headers = [check_file(file) for file in files]
    except ValueError as fault:
        raise OelalaError("broken-weights", name=folder.name, reason=str(fault)[:120]) from fault
    return sum(count_of(header, folder.name) for header in headers)

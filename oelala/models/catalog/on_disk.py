"""Rows as their files are on this disk: those of a repository may be other ones than the catalog knows of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from oelala.models.catalog.installed import installation
from oelala.models.catalog.row import Component, Row
from oelala.models.catalog.weights import shards, weight_files
from oelala.models.safetensors_header import Tensor, read_header
from oelala.models.scale_names import is_scaled

# Of Animate: keys and values in one, and biases of another shape.
_PUT_TOGETHER = ("face_adapter", "motion_encoder")
_OFF = 1e-3  # a file may hold buffers, or leave them out


@dataclass(frozen=True, slots=True)
class _Told:
    """What the headers of a part's files tell: `bytes` of complete files, the format of most of them, and
    whether single files have each tensor as a folder would."""

    bytes: int
    parameters: int
    dtype: str
    plain: bool


def as_installed(row: Row, models: Path) -> Row:
    """For planning: parts that are here are as large, and in the number format, as they are here. What is not
    here, cannot be read or holds something else stays as the catalog has it."""
    found = installation(row, models)
    if found is None:
        return row
    here = found.components
    parts = {
        name: _as_it_lies(part, here[name]) if name in here and part.parameters else part
        for name, part in row.components.items()
    }
    return replace(row, components=parts) if parts != row.components else row


def _as_it_lies(part: Component, place: Path) -> Component:
    folder = place.is_dir()
    try:
        told = _told(weight_files(place) if folder else shards(place))
    except (OSError, ValueError):
        return part
    if told is None or abs(told.parameters - part.parameters) > _OFF * part.parameters:
        return part
    return replace(part, bytes=told.bytes, dtype=told.dtype, renamed=told.plain and not folder)


def _told(files: list[Path]) -> _Told | None:
    abouts = [(file, file.stat()) for file in files]
    headers = [_read(file, about.st_size, about.st_mtime_ns) for file, about in abouts]
    formats: Counter[str] = Counter()
    for one in headers:
        formats.update(one.formats)
    if not formats:
        return None
    counted = sum(one.parameters for one in headers)
    size, plain = sum(one.bytes for one in headers), all(one.plain for one in headers)
    return _Told(size, counted, formats.most_common(1)[0][0], plain)


@dataclass(frozen=True, slots=True)
class _Header:
    """`formats`: how many numbers there are in each. `plain`: as in `_Told`."""

    bytes: int
    parameters: int
    formats: Mapping[str, int]
    plain: bool


@lru_cache(maxsize=1000)
def _read(file: Path, size: int, changed: int) -> _Header:
    """`size` and `changed` are part of the key, so that a header is read once. Raises ValueError, OSError."""
    del size, changed
    header = read_header(file)
    plain = not is_scaled(header.tensors) and not any(
        mark in name for name in header.tensors for mark in _PUT_TOGETHER
    )
    return _Header(header.bytes, header.parameters, _formats(header.tensors), plain)


def _formats(tensors: Mapping[str, Tensor]) -> Counter[str]:
    formats: Counter[str] = Counter()
    for tensor in tensors.values():
        formats[tensor.dtype] += tensor.parameters
    return formats

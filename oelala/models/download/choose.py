"""Which files of a repository a model needs: by name, before the first byte is fetched."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath

from oelala.models.catalog.installed import INDEX, shared_components
from oelala.models.catalog.row import Component, Row
from oelala.models.download.hub import HubFile, Listing

# No pickles (.bin, .pt, .ckpt), no code: what is not in this list stays where it is.
_SMALL = frozenset({".json", ".txt", ".model"})
_WEIGHTS = ".safetensors"
_INDEX = ".safetensors.index.json"
_SHARD = re.compile(r"(?P<stem>[^.]+)-\d{5}-of-\d{5}\.safetensors")


def sources(row: Row, models: Path) -> dict[str, list[Component]]:
    """Repository -> the parts to fetch from it; the model's own comes last.

    Parts that another model's repository has brought to this disk already are left out.
    """
    here = shared_components(row, models)
    wanted: dict[str, list[Component]] = {}
    for name, part in row.components.items():
        if name not in here and part.path is None:
            wanted.setdefault(part.source or row.repo, []).append(part)
    own = wanted.pop(row.repo, [])
    return {**wanted, row.repo: own}


def needed_files(listing: Listing, parts: Collection[Component], *, index: bool) -> list[HubFile]:
    """Small files first, so that an unusable repository is known soon; `model_index.json` last if at all."""
    chosen: list[HubFile] = []
    for part in parts:
        folder = PurePosixPath(part.subfolder)
        there = [file for file in listing.files if _parent(file) == folder]
        named = [file for file in there if PurePosixPath(file.path).name in part.files]
        chosen.extend(named if part.files else _of_component(there))
    chosen.sort(key=lambda file: (PurePosixPath(file.path).suffix == _WEIGHTS, file.size))
    return chosen + [file for file in listing.files if index and file.path == INDEX]


def _of_component(files: Iterable[HubFile]) -> list[HubFile]:
    """As `catalog.weight_files` will look for them: the shards of the first index, or whole files."""
    by_name = {PurePosixPath(file.path).name: file for file in files}
    small = [f for name, f in by_name.items() if PurePosixPath(name).suffix in _SMALL and _plain(name)]
    indexes = sorted(name for name in by_name if name.endswith(_INDEX))
    if indexes:
        stem = indexes[0].removesuffix(_INDEX)
        shards = [f for name, f in by_name.items() if (m := _SHARD.fullmatch(name)) and m["stem"] == stem]
        return [*small, by_name[indexes[0]], *shards]
    # a second dot names a variant (".fp16.safetensors") that nobody asked for
    whole = [f for name, f in by_name.items() if name.endswith(_WEIGHTS) and name.count(".") == 1]
    return [*small, *whole]


def _plain(name: str) -> bool:
    return ".index." not in name


def _parent(file: HubFile) -> PurePosixPath:
    return PurePosixPath(file.path).parent

"""Files of weights: which belong together, and whether they are all there."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from oelala.models.safetensors_header import ends_in_header, read_header


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files a component consists of: those its index names, or the only one there.

    Raises ValueError for an index that cannot be read.
    """
    indexes = sorted(folder.glob("*.safetensors.index.json"))
    if not indexes:
        # a file name with a second dot is a variant (".fp16.safetensors") that nobody asked for
        return sorted(file for file in folder.glob("*.safetensors") if file.name.count(".") == 1)
    try:
        names = set(json.loads(indexes[0].read_text(encoding="utf-8"))["weight_map"].values())
        return sorted(folder / Path(name).name for name in names)
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as fault:
        raise ValueError(indexes[0].name) from fault


def shards(file: Path) -> list[Path]:
    """The files that a single one stands for: itself, or where it is an index, those that it names.

    Raises ValueError for an index that cannot be read.
    """
    return weight_files(file.parent) if file.suffix == ".json" else [file]


def is_whole(weights: Path) -> bool:
    """As long as its own header says; else only loading would tell, and a download find nothing to do."""
    try:
        about = weights.stat()
    except OSError:
        return False
    return _is_long_enough(weights, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=10_000)
def _is_long_enough(weights: Path, size: int, changed: int) -> bool:
    """`size` and `changed` are part of the key: a file is read once, and again when it is another one.

    A header that makes no sense is left to loading: a download would take such a file for the right one.
    """
    del changed
    try:
        return size >= read_header(weights).bytes
    except OSError:
        return False
    except ValueError:
        return not ends_in_header(weights)

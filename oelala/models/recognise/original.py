"""A folder as the makers of Wan give it: no model_index.json, and a transformer by their own names.

What else lies there is pickled, and stays where it is: those parts come from the catalog's repositories.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oelala.errors import OelalaError
from oelala.models.catalog.installed import INDEX
from oelala.models.catalog.row import Component
from oelala.models.catalog.weights import weight_files
from oelala.models.recognise.architecture import Architecture, architecture
from oelala.models.safetensors_header import check_file

_EXPERTS = ("high_noise_model", "low_noise_model")


@dataclass(frozen=True, slots=True)
class Original:
    """`part`: the transformer; its path is the only file, or the index of several."""

    title: str
    architecture: Architecture
    part: Component


def find_experts(sources: Sequence[str]) -> Sequence[str]:
    """The folders of both experts, where a single folder is named that holds them; else the same."""
    folders = [Path(sources[0]).expanduser() / name for name in _EXPERTS] if len(sources) == 1 else []
    return list(map(str, folders)) if folders and all(one.is_dir() for one in folders) else sources


def read_original(folder: Path) -> Original | None:
    """None for a folder of another kind. Raises OelalaError ("broken-weights", and as `architecture`)."""
    indexes = sorted(folder.glob("*.safetensors.index.json"))
    if (folder / INDEX).exists():
        return None
    try:
        files = weight_files(folder)
        if not files or (len(files) > 1 and not indexes):
            return None
        headers = [check_file(file) for file in files]
    except ValueError as fault:
        raise OelalaError("broken-weights", name=folder.name, reason=str(fault)[:120]) from fault
    tensors = {name: tensor for header in headers for name, tensor in header.tensors.items()}
    found = architecture(tensors, folder.name)
    size = sum(header.bytes for header in headers)
    part = Component("", size, found.parameters, path=indexes[0] if indexes else files[0])
    title = folder.parent.name if folder.name in _EXPERTS else folder.name
    return Original(title, found, part)

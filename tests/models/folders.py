"""Folders that look like models on disk, and small real ones."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from oelala.models.catalog import Row

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def write_safetensors(path: Path, values: bytes = b"\0" * 8) -> None:
    path.write_bytes(safetensors(values))


def safetensors(values: bytes) -> bytes:
    """A real safetensors file of one 8-bit tensor."""
    header = json.dumps({"x": {"dtype": "U8", "shape": [len(values)], "data_offsets": [0, len(values)]}})
    return struct.pack("<Q", len(header)) + header.encode() + values


def write_layout(folder: Path, row: Row, only: tuple[str, ...] = ()) -> None:
    """A model folder with every file that the row needs (the transformer in two shards), and no weights."""
    folder.mkdir(parents=True)
    (folder / "model_index.json").write_text("{}")
    for name in only or row.components:
        part, files = folder / row.components[name].subfolder, row.components[name].files
        part.mkdir(parents=True, exist_ok=bool(files))
        if files:
            for file in files:
                (part / file).write_bytes(b"GGUF")
        elif name == "scheduler":
            (part / "scheduler_config.json").write_text("{}")
        elif name in ("feature_extractor", "image_processor"):
            (part / "preprocessor_config.json").write_text("{}")
        elif name in ("tokenizer", "tokenizer_2"):
            (part / "tokenizer_config.json").write_text("{}")
            (part / "spiece.model").write_bytes(b"x")
        else:
            (part / "config.json").write_text("{}")
            write_weights(part, 2 if name == "transformer" else 1)


def write_weights(part: Path, shards: int) -> None:
    if shards == 1:
        return write_safetensors(part / "model.safetensors")
    names = [f"model-{number:05}-of-{shards:05}.safetensors" for number in range(1, shards + 1)]
    for name in names:
        write_safetensors(part / name)
    index = {"weight_map": {f"weight.{number}": name for number, name in enumerate(names)}}
    (part / "model.safetensors.index.json").write_text(json.dumps(index))
    return None


def write_cached(models: Path, row: Row, only: tuple[str, ...] = ()) -> Path:
    """The same in the Hugging Face cache's layout; returns the snapshot folder."""
    repository = models / ("models--" + row.repo.replace("/", "--"))
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / row.revision).write_text(COMMIT)
    snapshot = repository / "snapshots" / COMMIT
    write_layout(snapshot, row, only)
    return snapshot

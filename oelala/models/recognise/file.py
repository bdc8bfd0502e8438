"""A single file of weights: what its header says it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from oelala.errors import OelalaError
from oelala.models.gguf_header import MAGIC, parse_gguf
from oelala.models.recognise.architecture import Architecture, architecture
from oelala.models.safetensors_header import Readable, parse_header

PICKLES = frozenset({".ckpt", ".pt", ".pth", ".bin", ".pkl"})
_ZIP, _PICKLE_START = b"PK\x03\x04", b"\x80"


@dataclass(frozen=True, slots=True)
class WeightFile:
    """`bytes`: the length of the file, and of a complete one; `parameters`: how many numbers it holds."""

    name: str
    form: Literal["safetensors", "gguf"]
    bytes: int
    parameters: int
    architecture: Architecture


def read_weight_file(path: Path) -> WeightFile:
    """Raises OelalaError ("unsafe-weights", "broken-weights", and as `architecture`)."""
    try:
        with path.open("rb") as file:
            return recognise_stream(file, path.name, path.stat().st_size)
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise OelalaError("unreadable-file", name=path.name, reason=reason) from fault


def recognise_stream(file: Readable, name: str, size: int) -> WeightFile:
    """`file`: from its first byte on; no more than the header is read of it. `size`: how long it is in all.

    Raises as `read_weight_file`.
    """
    start = file.read(8)
    if Path(name).suffix.lower() in PICKLES or start.startswith((_ZIP, _PICKLE_START)):
        raise OelalaError("unsafe-weights", name=name)
    rest = _Again(start, file)
    try:
        if start.startswith(MAGIC):
            gguf = parse_gguf(rest)
            tensors, parameters, whole = gguf.tensors, gguf.parameters, gguf.bytes
        else:
            header = parse_header(rest)
            tensors, parameters, whole = header.tensors, header.parameters, header.bytes
    except (ValueError, OverflowError, MemoryError) as fault:
        raise OelalaError("broken-weights", name=name, reason=str(fault)[:120]) from fault
    form: Literal["safetensors", "gguf"] = "gguf" if start.startswith(MAGIC) else "safetensors"
    if size < whole or (form == "safetensors" and size != whole):
        raise OelalaError("broken-weights", name=name, reason=f"{size} / {whole} B")
    return WeightFile(name, form, size, parameters, architecture(tensors, name))


class _Again:
    """A stream whose first bytes have been looked at already."""

    def __init__(self, start: bytes, rest: Readable) -> None:
        self._start, self._rest = start, rest

    def read(self, count: int) -> bytes:
        taken, self._start = self._start[:count], self._start[count:]
        return taken + self._rest.read(count - len(taken)) if len(taken) < count else taken

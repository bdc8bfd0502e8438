"""How large the parts of a model are, and how much of each is on the card at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oelala.models.catalog.row import Component, Row


_LARGE = ("transformer", "transformer_2", "unet")
_EMBEDDING_SHARE = 0.185  # of UMT5-XXL: looked up, layer after layer has the rest
_TEXT_LAYERS = 24
# Blocks on the card while the transformer is streamed: the one at work, and the next on its way.
_RING = 2


@dataclass(frozen=True, slots=True)
class PartSize:
    """`whole`: bytes of all weights in the number format they run in; `slice`: of what has to be on the card
    at once where they are streamed (the same where they cannot be)."""

    name: str
    whole: int
    slice: int

    @property
    def large(self) -> bool:
        return self.name in _LARGE


def part_sizes(row: Row, *, gpu: bool, int8: bool = False) -> list[PartSize]:
    """Of every part with weights. `int8`: the transformers in 8 bits. GGUF files stay as they are."""
    return [
        _size(row, name, part, gpu=gpu, int8=int8) for name, part in row.components.items() if part.parameters
    ]


def _size(row: Row, name: str, part: Component, *, gpu: bool, int8: bool) -> PartSize:
    width = 2 if gpu and name != "vae" else 4
    if int8 and name in _LARGE and gpu:
        width = 1
    whole = part.parameters * width
    if is_gguf(part) and part.bytes is not None:
        whole = part.bytes
    return PartSize(name, whole, _slice(row, name, part, whole))


def is_gguf(part: Component) -> bool:
    names = (part.path.name,) if part.path else part.files
    return any(name.lower().endswith(".gguf") for name in names)


def _slice(row: Row, name: str, part: Component, whole: int) -> int:
    if name in _LARGE and row.compute is not None:
        dim, layers = row.compute.dim, row.compute.num_layers + row.compute.extra_layers
        block = 8 * dim * dim + 2 * dim * row.compute.ffn_dim
        if "image_encoder" in row.components:
            block += 2 * dim * dim  # keys and values of the picture
        rest = max(0, part.parameters - layers * block)
        return int(whole * (rest + _RING * block) / part.parameters)
    if name.startswith("text_encoder"):
        return int(whole * (_EMBEDDING_SHARE + _RING * (1 - _EMBEDDING_SHARE) / _TEXT_LAYERS))
    return whole

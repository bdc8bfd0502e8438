"""How large the parts of a model are, and how much of each is on the card at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oelala.models.catalog.row import Component, Row


_LARGE = ("transformer", "transformer_2", "unet")
_EMBEDDING_SHARE = 0.185  # of UMT5-XXL: looked up, layer after layer has the rest
_TEXT_LAYERS = 24
# The largest of a UNet's blocks, which are its few levels, and what is in none: 0.321 and 0.003 of Stable
# Video Diffusion.
_UNET_BLOCK, _UNET_REST = 0.33, 0.01
# Blocks on the card while the transformer is streamed: the one at work, and the next on its way.
_RING = 2
# Bytes for each number of a matrix while a GGUF layer unpacks it: what its steps hold at once at most, as
# diffusers allocates them for Q6_K and Q5_K (Q4_K: 5.2).
_UNPACKING = 7.2
_INT8_RESULTS = 64 * 2**20  # that are in 32 bits at once, whatever the matrix


@dataclass(frozen=True, slots=True)
class PartSize:
    """`whole`: bytes of all weights in the number format they run in; `slice`: of what has to be on the card
    at once while they are streamed (the same where they cannot be), and `rest`: of that, what stays there
    when others are at work. `in_files`: files hold them as they are, so that they can be read block by block.
    `unpacking`: what the largest of its matrices takes beside them while it is brought to 16 bits. `read`:
    bytes of its files. `rounded`: how many numbers are brought to 8 bits while they are loaded.
    """

    name: str
    whole: int
    slice: int
    rest: int
    in_files: bool = False
    unpacking: int = 0
    read: int = 0
    rounded: int = 0

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
    if gpu and part.decode_bits == 16:
        width = 3  # the decoder, which is the larger half, in 16 bits, the encoder in 32
    rounds = int8 and name in _LARGE and gpu
    if rounds:
        width = 1
    whole = part.parameters * width
    if is_gguf(part) and part.bytes is not None:
        whole = part.bytes
    rest = _rest(row, name, part, whole)
    ring = _ring(row, name, whole, rest)
    unpacking = _unpacking(row, part, int8=rounds)
    read = part.bytes or whole
    return PartSize(
        name,
        whole,
        min(whole, rest + ring),
        rest,
        in_files(part),
        unpacking,
        read,
        part.parameters if rounds else 0,
    )


def in_files(part: Component) -> bool:
    """Safetensors in bfloat16, in a folder or under other names in a single file: 32 bits and float16 are
    first cast."""
    if part.dtype not in (None, "BF16") or not has_each_tensor(part):
        return False
    return part.bytes is not None and part.bytes < 3 * part.parameters


def has_each_tensor(part: Component) -> bool:
    """Whether its files have every tensor by itself, so that it can be loaded one by one."""
    return (is_folder(part) or part.renamed) and not is_gguf(part)


def is_folder(part: Component) -> bool:
    """In diffusers' own layout, from which it can be loaded tensor by tensor."""
    return not part.files and (part.path is None or not part.path.is_file())


def is_gguf(part: Component) -> bool:
    names = (part.path.name,) if part.path else part.files
    return any(name.lower().endswith(".gguf") for name in names)


def _unpacking(row: Row, part: Component, *, int8: bool) -> int:
    if row.compute is None or not (int8 or is_gguf(part)):
        return 0
    matrix = row.compute.dim * row.compute.ffn_dim
    return int(_UNPACKING * matrix) if is_gguf(part) else 2 * matrix + _INT8_RESULTS


def _block(row: Row) -> tuple[int, int]:
    """Parameters of one block of the large transformer, and how many blocks there are."""
    assert row.compute is not None
    dim = row.compute.dim
    block = 8 * dim * dim + 2 * dim * row.compute.ffn_dim
    if "image_encoder" in row.components:
        block += 2 * dim * dim  # keys and values of the picture
    return block, row.compute.num_layers + row.compute.extra_layers


def _rest(row: Row, name: str, part: Component, whole: int) -> int:
    """What is in no block. The text encoder has only its table of words there, which waits in main memory."""
    if name in _LARGE and row.compute is not None:
        block, layers = _block(row)
        outside = max(0, part.parameters - layers * block)
        if is_gguf(part):  # nothing of it is quantised there, and it is loaded in 16 bits
            return min(whole, 2 * outside)
        return int(whole * outside / part.parameters)
    if name == "unet":
        return int(_UNET_REST * whole)
    return 0 if name.startswith("text_encoder") else whole


def _ring(row: Row, name: str, whole: int, rest: int) -> int:
    if name in _LARGE and row.compute is not None:
        return int(_RING * (whole - rest) / _block(row)[1])
    if name == "unet":
        return int(_RING * _UNET_BLOCK * whole)
    return int(whole * _RING * (1 - _EMBEDDING_SHARE) / _TEXT_LAYERS)

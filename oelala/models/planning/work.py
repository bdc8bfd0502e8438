"""How much there is to compute for one clip, counted from the model's dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oelala.models.planning.films import films_of
from oelala.models.planning.holding import activations, decoding, encoding
from oelala.models.planning.size import Slicing, clip_size

if TYPE_CHECKING:
    from oelala.models.catalog.row import Row

# UMT5-XXL, for a prompt of 512 tokens; two prompts where there is guidance.
_ENCODE_FLOPS = 4.84e12


@dataclass(frozen=True, slots=True)
class Work:
    """Floating-point operations of the whole job, and bytes beside the weights at the peak of each phase.

    `steps` are denoising steps, `passes` forward passes in each of them (2 with guidance), `rounds` how often
    all blocks are passed in one. `tokens` is the length of the sequence. `activation_bytes`, and
    `fused_bytes` with compiled blocks, which keep fewer tensors at once; `branch_bytes`: of a branch of
    guidance that waits at a block. `encode_bytes`: of bringing pictures to latents, 0 where the task has
    none. `decode_chunk`: frames decoded at once, where the task has a say in it, else 0. `held_bytes`: of
    films that are on the device all the time. `ram_bytes`: of films that are whole in main memory, as bytes
    or on their way to the device. `decoded`: pixels × frames, and `units`: that × steps × passes; they
    compare jobs of a model whose operations nobody has counted.
    """

    tokens: int
    steps: int
    passes: int
    rounds: int
    forward_flops: float
    encode_flops: float
    decode_flops: float
    activation_bytes: int
    fused_bytes: int
    branch_bytes: int
    encode_bytes: int
    encode_bytes_tiled: int
    decode_bytes: int
    decode_bytes_tiled: int
    decode_chunk: int
    held_bytes: int
    ram_bytes: int
    decoded: float
    units: float

    @property
    def denoise_flops(self) -> float:
        return self.forward_flops * self.passes * self.steps


def work_of(
    row: Row,
    values: Mapping[str, Any],
    *,
    gpu: bool = True,
    decode_chunk: int = 0,
    slicing: Slicing = "none",
    lora: bool = False,
) -> Work:
    """`values`: of a resolved task (what is missing or None is taken from the row's sizes). `decode_chunk`:
    instead of the task's own. `slicing`: what takes turns. `lora`: with one beside the weights.

    Operations are 0 for a model without `Row.compute`, and what it holds is a guess from its weights unless
    its classes have been counted.
    """
    size = clip_size(row, values)
    chunk = decode_chunk or int(values.get("decode_chunk_size") or 0)
    compute, passes, pixels = row.compute, size.passes, size.pixels
    held, films = activations(row, size, lora=lora, slicing=slicing), films_of(row, size, values)
    encoded, decoded = encoding(row, size), decoding(row, size, chunk, gpu=gpu)
    return Work(
        tokens=size.tokens,
        steps=size.steps * size.segments,
        passes=passes,
        rounds=size.batch if slicing == "branches" else passes,
        forward_flops=_forward(row, size.tokens),
        encode_flops=_ENCODE_FLOPS * passes if compute else 0.0,
        decode_flops=compute.decode_flops * pixels * size.frames if compute else 0.0,
        activation_bytes=held.block,
        fused_bytes=held.fused,
        branch_bytes=held.waiting,
        encode_bytes=encoded.whole,
        encode_bytes_tiled=encoded.tiled,
        decode_bytes=decoded.whole,
        decode_bytes_tiled=decoded.tiled,
        decode_chunk=chunk,
        held_bytes=films.held,
        ram_bytes=films.ram,
        decoded=float(pixels * size.frames),
        units=float(pixels) * size.frames * size.steps * passes,
    )


def _forward(row: Row, tokens: int) -> float:
    """2 operations a multiplication, attention in full.

    Agrees with a count over the modules: 1,678e12 for Wan 14B at 832 × 480 × 81, 283e12 for 1.3B.
    """
    compute = row.compute
    if compute is None:
        return 0.0
    dim = compute.dim
    linear = 2 * tokens * (6 * dim * dim + 2 * dim * compute.ffn_dim)
    attention = 4 * tokens * (tokens + row.max_sequence_length) * dim
    return float((compute.num_layers + compute.extra_layers) * (linear + attention))

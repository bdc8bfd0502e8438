"""How much there is to compute and to hold for one clip, counted from the model's dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oelala.models.catalog.row import Row


# Bytes that a block needs for each token and each unit of width, in 16 bits: counted over its modules 22.2,
# on a card 22.2 as well. Where the feed-forward is wide it decides, 4 bytes for each of its units.
_ACTIVATION, _BESIDE_FFN, _FFN = 23.0, 8.7, 4
_FFN_WITH_LORA = 6  # its own answer, and the sum of both; counted over its modules as well
# What a branch of guidance holds while the other one passes a block, likewise; measured 2.2.
_WAITING = 2.5
# Bytes that decoding needs for each pixel of a frame, measured on 832 × 480 × 81: 9.3 GiB in 32 bits, 4.7 GiB
# without channels last; with them and in 16 bits 10,131 are counted over its modules, and 10,530 measured.
_DECODE, _DECODE_16, _FRAME = 24_030, 10_900, 12
# Encoding a film in 32 bits, of what decoding it in 32 bits needs: 5.25 GiB are counted for 832 × 480, and
# were measured in an Animate job.
_ENCODE = 0.62
_CHUNK = 4  # finished frames on the device where they leave it one latent frame after the other
_DECODE_TILED = 0.26  # of that; measured in 16 bits: 1.24 GiB instead of 4.7
_VAE_PARAMETERS = 126_892_531  # of the VAE that this was measured on
_GUESS = 0.25  # of the weights, for models of which nothing has been measured
# UMT5-XXL, for a prompt of 512 tokens; two prompts where there is guidance.
_ENCODE_FLOPS = 4.84e12


@dataclass(frozen=True, slots=True)
class Work:
    """Floating-point operations of the whole job, and bytes beside the weights at the peak of each phase.

    `steps` are denoising steps, `passes` forward passes in each of them (2 with guidance). `tokens` is the
    length of the sequence. `branch_bytes`: of a branch of guidance that waits at a block. `encode_bytes`: of
    bringing pictures to latents, 0 where the task has none. `decoded`: pixels × frames, and `units`: that ×
    steps × passes; they compare jobs
    of a model whose operations nobody has counted.
    """

    tokens: int
    steps: int
    passes: int
    forward_flops: float
    encode_flops: float
    decode_flops: float
    activation_bytes: int
    branch_bytes: int
    encode_bytes: int
    encode_bytes_tiled: int
    decode_bytes: int
    decode_bytes_tiled: int
    decoded: float
    units: float

    @property
    def denoise_flops(self) -> float:
        return self.forward_flops * self.passes * self.steps


def work_of(row: Row, values: Mapping[str, Any], *, gpu: bool = True, lora: bool = False) -> Work:
    """`values`: of a resolved task (what is missing or None is taken from the row's sizes). `lora`: with one
    beside the weights.

    Operations are 0 for a model without `Row.compute`, and what it holds is a guess from its weights.
    """
    native = row.sizes.native[0]
    width, height = int(values.get("width") or native[0]), int(values.get("height") or native[1])
    frames = int(values.get("num_frames") or row.native_num_frames)
    steps = int(values.get("num_inference_steps") or 1)
    passes = 2 if (values.get("guidance_scale") or 1.0) > 1.0 else 1
    pixels = width * height
    tokens = _tokens(row, width, height, frames)
    compute = row.compute
    inner, finished = int(pixels * _decode_bytes(row, gpu=gpu)), pixels * _FRAME * frames
    leaving = pixels * _FRAME * min(frames, _CHUNK) if row.family == "wan" else finished
    encoding = int(_ENCODE * pixels * _decode_bytes(row, gpu=False)) if _sees_pictures(row) else 0
    given = _films(row) * finished if encoding else 0
    return Work(
        tokens=tokens,
        steps=steps,
        passes=passes,
        forward_flops=_forward(row, tokens),
        encode_flops=_ENCODE_FLOPS * passes if compute else 0.0,
        decode_flops=compute.decode_flops * pixels * frames if compute else 0.0,
        activation_bytes=_activations(row, tokens, lora=lora),
        branch_bytes=_waiting(row, tokens),
        encode_bytes=encoding + given,
        encode_bytes_tiled=int(encoding * _DECODE_TILED) + given,
        decode_bytes=inner + leaving,
        decode_bytes_tiled=int(inner * _DECODE_TILED) + finished,
        decoded=float(pixels * frames),
        units=float(pixels) * frames * steps * passes,
    )


def _decode_bytes(row: Row, *, gpu: bool) -> float:
    """For each pixel. A smaller VAE is narrower: its weights grow with the square of its width."""
    if row.compute is not None:
        return _DECODE_16 if gpu and row.components["vae"].decode_bits == 16 else _DECODE
    if row.family != "wan":
        return _GUESS * _weights(row) / (row.sizes.native[0][0] * row.sizes.native[0][1])
    return float(_DECODE * min(1.0, (row.components["vae"].parameters / _VAE_PARAMETERS) ** 0.5))


def _weights(row: Row) -> int:
    """Bytes of all of them in 16 bits."""
    return 2 * sum(part.parameters for part in row.components.values())


def _tokens(row: Row, width: int, height: int, frames: int) -> int:
    if row.compute is None:
        return 0
    cell = row.compute.spatial * row.compute.patch
    latent_frames = (frames - 1) // row.compute.temporal + 1 + row.compute.extra_frames
    return -(-width // cell) * -(-height // cell) * latent_frames


def _activations(row: Row, tokens: int, *, lora: bool = False) -> int:
    """At the peak of a forward pass. What waits beside the block at work is in 16 bits."""
    compute = row.compute
    if compute is None:
        return int(_GUESS * _weights(row))
    inner = _FFN_WITH_LORA if lora else _FFN
    block = max(_ACTIVATION * compute.dim, _BESIDE_FFN * compute.dim + inner * compute.ffn_dim)
    return int((block + 2 * compute.held * compute.dim) * tokens)


def _waiting(row: Row, tokens: int) -> int:
    """Of models that nobody has counted, as much of a pass as of Wan 14B."""
    compute = row.compute
    if compute is None:
        return int(_WAITING / _ACTIVATION * _activations(row, tokens))
    return int((_WAITING + 2 * compute.held) * compute.dim * tokens)


def _sees_pictures(row: Row) -> bool:
    """Whether a film goes through the VAE before there is a clip. Rows that do several things are counted as
    the first: the others of theirs show it one picture."""
    return row.family == "wan" and next(iter(row.pipelines.values())) != "WanPipeline"


def _films(row: Row) -> int:
    """How many films in 32 bits there are while one is encoded: VACE parts its own in two by a mask."""
    return 5 if row.compute is not None and row.compute.extra_layers else 2


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

"""What a clip holds on the device beside the weights: counted over the modules, or measured, or guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oelala.models.planning.films import FLOATS, in_segments
from oelala.models.planning.size import ClipSize, Slicing

if TYPE_CHECKING:
    from oelala.models.catalog.row import Row

# Bytes that a block needs for each token and each unit of width, in 16 bits: counted over its modules 22.2,
# on a card 22.2 as well. Where the feed-forward is wide it decides, 4 bytes for each of its units.
_ACTIVATION, _BESIDE_FFN, _FFN = 23.0, 8.7, 4
_FFN_WITH_LORA = 6  # its own answer, and the sum of both; counted over its modules as well
# Of that, where compiled code keeps no copies in 32 bits: 0.56 measured for a Wan 14B.
_FUSED = 0.65
# What a branch of guidance holds while the other one passes a block, likewise; measured 2.2.
_WAITING = 2.5
# Of the time embedding, for each of its rows and each unit of width.
_TIME = 14
# Bytes that decoding needs for each pixel of a frame, measured on 832 × 480 × 81: 9.3 GiB in 32 bits, 4.7 GiB
# without channels last; with them and in 16 bits 10,131 are counted over its modules, and 10,530 measured.
_DECODE, _DECODE_16 = 24_030, 10_900
# Encoding a film in 32 bits, of what decoding it in 32 bits needs: 5.25 GiB are counted for 832 × 480, and
# were measured in an Animate job.
_ENCODE = 0.62
_CHUNK = 4  # finished frames on the device where they leave it one latent frame after the other
_DECODE_TILED = 0.26  # of that; measured in 16 bits: 1.24 GiB instead of 4.7
_VAE_PARAMETERS = 126_892_531  # of the VAE that this was measured on
_GUESS = 0.25  # of the weights, for models of which nothing has been measured
# Stable Video Diffusion, counted over its modules: bytes of its UNet for each pixel of each frame; with one
# frame at a time in its wide layers, for two branches of guidance together and for one alone; of its VAE for
# each pixel of what is decoded at once, and for the one that is encoded.
_SVD_UNET, _SVD_SLICED, _SVD_SLICED_ALONE, _SVD_DECODE, _SVD_ENCODE = 290, 170, 155, 4_150, 2_600


@dataclass(frozen=True, slots=True)
class Activations:
    """Bytes at the peak of a forward pass, with plain blocks and with compiled ones, and of a branch of
    guidance that waits at a block."""

    block: int
    fused: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Holding:
    """Bytes at the peak of a phase, and with the VAE in tiles."""

    whole: int
    tiled: int


def activations(row: Row, size: ClipSize, *, lora: bool = False, slicing: Slicing = "none") -> Activations:
    """`lora`: with one beside the weights. What waits beside the block at work is in 16 bits, and stays as
    large with compiled ones."""
    compute = row.compute
    if compute is None:
        pass_bytes = int(_GUESS * _weights(row))
        if row.family == "svd":
            pass_bytes = _svd_pass(size, slicing)
        return Activations(pass_bytes, pass_bytes, int(_WAITING / _ACTIVATION * pass_bytes))
    inner = _FFN_WITH_LORA if lora else _FFN
    block = max(_ACTIVATION * compute.dim, _BESIDE_FFN * compute.dim + inner * compute.ffn_dim)
    beside = 2 * compute.held * compute.dim
    times = _TIME * compute.dim * compute.time_rows
    return Activations(
        block=int((block + beside) * size.tokens) + times,
        fused=int((_FUSED * block + beside) * size.tokens) + times,
        waiting=int((_WAITING * compute.dim + beside) * size.tokens),
    )


def _svd_pass(size: ClipSize, slicing: Slicing) -> int:
    together = 1 if slicing == "branches" else size.batch
    each = _SVD_UNET
    if slicing != "none":
        each = _SVD_SLICED if together > 1 else _SVD_SLICED_ALONE
    return each * size.pixels * size.frames * together


def encoding(row: Row, size: ClipSize) -> Holding:
    """Of bringing pictures to latents; nothing where the model sees none."""
    if row.family == "svd":
        return Holding(_SVD_ENCODE * size.pixels, _SVD_ENCODE * size.pixels)
    if not _sees_pictures(row):
        return Holding(0, 0)
    inner = int(_ENCODE * size.pixels * _decode_bytes(row, gpu=False))
    given = _films(row) * FLOATS * size.pixels * size.at_once
    return Holding(inner + given, int(inner * _DECODE_TILED) + given)


def decoding(row: Row, size: ClipSize, chunk: int, *, gpu: bool) -> Holding:
    """`chunk`: frames that are decoded at once where nothing else decides it, 0: all of them."""
    if row.family == "svd":
        whole = _SVD_DECODE * size.pixels * min(chunk or size.frames, size.frames)
        return Holding(whole, whole)
    inner, finished = int(size.pixels * _decode_bytes(row, gpu=gpu)), FLOATS * size.pixels * size.frames
    if in_segments(row):
        segment = FLOATS * size.pixels * size.at_once
        # put together twice over; at the end all segments are, and brought to 0 … 1
        most = max(2 * segment + inner, segment + 3 * finished)
        return Holding(most, max(2 * segment + int(inner * _DECODE_TILED), segment + 3 * finished))
    leaving = FLOATS * size.pixels * min(size.frames, _CHUNK) if row.family == "wan" else finished
    return Holding(inner + leaving, int(inner * _DECODE_TILED) + finished)


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


def _sees_pictures(row: Row) -> bool:
    """Whether a film goes through the VAE before there is a clip. Rows that do several things are counted as
    the first: the others of theirs show it one picture."""
    return row.family == "wan" and next(iter(row.pipelines.values())) != "WanPipeline"


def _films(row: Row) -> int:
    """How many films in 32 bits there are while one is encoded, beside those that always are: VACE parts its
    own in two by a mask."""
    if in_segments(row):
        return 1
    return 5 if row.compute is not None and row.compute.extra_layers else 2

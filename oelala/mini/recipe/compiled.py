"""What the compiler makes of the VAE's norms, with a plain way out."""

import time
from collections.abc import Iterable

import torch
from loguru import logger

from oelala.mini.recipe.decoder import freeze
from oelala.mini.recipe.vae import Batch
from oelala.mini.recipe.whole_clip import (
    NormSilu,
    WholeClip,
    encode_for,
    lay_out,
    norm_silu,
    training_pass,
)
from oelala.mini.topology import build_vae


def shapes_of(batches: Iterable[Batch]) -> list[Batch]:
    """One batch of every shape, small ones first."""
    return sorted(set(batches), key=lambda batch: batch.clips * batch.frames * batch.crop**2)


def fastest_norm(device: torch.device, batches: Iterable[Batch], *, decoder_only: bool = False) -> NormSilu:
    """The compiled norm where that works and the device is a GPU, compiled for all of `batches`."""
    if device.type != "cuda":
        return norm_silu
    start = time.monotonic()
    # One variant for each number of channels, with and without padding, with and without gradients.
    torch._dynamo.config.recompile_limit = 64
    try:
        fused: NormSilu = torch.compile(norm_silu, dynamic=True)
        passes(device, fused, batches, decoder_only=decoder_only)
        torch.cuda.synchronize()
    except Exception as exc:  # noqa: BLE001 - whatever the compiler's fault, the plain way works
        logger.warning("norm not compiled: {}", str(exc)[:600])
        return norm_silu
    torch.cuda.empty_cache()
    logger.info("norm compiled in {:.1f} s", time.monotonic() - start)
    return fused


def passes(
    device: torch.device, norm: NormSilu, batches: Iterable[Batch], *, decoder_only: bool, tiny: bool = False
) -> None:
    """Forward and backward as in training, once a shape: the compiler looks at number formats, layouts, and
    who needs gradients, and whatever differs then is compiled again in the first real steps.
    """
    vae = build_vae(tiny=tiny).to(device).train()
    lay_out(vae)
    if decoder_only:
        freeze(vae)
    whole = WholeClip(vae, norm)
    for batch in shapes_of(batches):
        clips = torch.zeros(batch.clips, 3, batch.frames, batch.crop, batch.crop, device=device)
        with training_pass(device, enabled=device.type == "cuda"):
            mean, _ = encode_for(whole, clips, decoder_only=decoder_only)
            made = whole.decode(mean).float()
        made.square().mean().backward()

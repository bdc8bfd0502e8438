"""What the compiler makes of the VAE's norms, with a plain way out."""

import time

import torch
from loguru import logger

from oelala.mini.recipe.whole_clip import NormSilu, norm_silu


def fastest_norm(device: torch.device) -> NormSilu:
    """The compiled norm where that works and the device is a GPU."""
    if device.type != "cuda":
        return norm_silu
    start = time.monotonic()
    # One variant for each number of channels, with and without padding, forward and backward.
    torch._dynamo.config.recompile_limit = 64
    try:
        fused: NormSilu = torch.compile(norm_silu, dynamic=True)
        for channels, frames in [(c, t) for c in (24, 32, 48, 64, 96, 128) for t in (5, 9, 1)]:
            x = torch.randn(
                2, channels, frames, 16, 16, device=device, dtype=torch.bfloat16, requires_grad=True
            )
            x_last = x.contiguous(memory_format=torch.channels_last_3d)
            gamma = torch.ones(channels, 1, 1, 1, device=device, requires_grad=True)
            fused(x_last, gamma, 2 if frames > 1 else 0).float().sum().backward()
        torch.cuda.synchronize()
    except Exception as exc:  # noqa: BLE001 - whatever the compiler's fault, the plain way works
        logger.warning("norm not compiled: {}", str(exc)[:600])
        return norm_silu
    logger.info("norm compiled in {:.1f} s", time.monotonic() - start)
    return fused

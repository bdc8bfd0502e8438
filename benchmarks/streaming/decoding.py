"""Everything but the steps, of a clip of the longest length: decoding, and writing an mp4."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKLWan

from benchmarks.streaming.bench import Bench
from oelala.engines.sampling import as_bytes
from oelala.media.video import VideoSpec, write_video

_TINY: dict[str, Any] = {"base_dim": 8, "z_dim": 16, "dim_mult": [1, 1, 1, 1], "num_res_blocks": 1}


@torch.no_grad()
def run_decoding(bench: Bench) -> None:
    options, frames = bench.options, max(bench.options.frames)
    torch.manual_seed(4)
    vae = AutoencoderKLWan(**(_TINY if options.tiny else {})).eval().to(bench.device, torch.bfloat16)
    shape = (1, 16, (frames - 1) // 4 + 1, options.height // 8, options.width // 8)
    latents = torch.randn(shape).to(bench.device, torch.bfloat16)
    video = _decode(bench, vae, latents, "bfloat16")
    _write(bench, video, frames)
    half = video.float().cpu()
    del video
    _lay_out(vae, torch.channels_last_3d)
    _decode(bench, vae, latents, "bfloat16, channels last")
    torch.backends.cudnn.benchmark = True
    try:
        _decode(bench, vae, latents, "bfloat16, channels last, cudnn.benchmark")
        _lay_out(vae, torch.contiguous_format)
        _decode(bench, vae, latents, "bfloat16, cudnn.benchmark")
    finally:
        torch.backends.cudnn.benchmark = False
    bench.clean()
    # the same weights, but in 32 bits: what the studio does by default
    exact = _decode(bench, vae.to(torch.float32), latents.float(), "float32").cpu()
    bench.tell("decode error", of_bfloat16=float((half - exact).pow(2).mean().sqrt() / exact.std()))


def _lay_out(vae: Any, layout: torch.memory_format) -> None:
    for part in vae.modules():
        if isinstance(part, torch.nn.Conv3d):
            part.weight.data = part.weight.data.contiguous(memory_format=layout)


def _decode(bench: Bench, vae: Any, latents: torch.Tensor, how: str) -> torch.Tensor:
    """The second time counts: the first one loads kernels."""
    seconds = 0.0
    for _ in range(2):
        bench.wait()
        bench.reset_peak()
        started = time.perf_counter()
        video: torch.Tensor = vae.decode(latents, return_dict=False)[0]
        bench.wait()
        seconds = time.perf_counter() - started
    bench.tell("decode", how=how, seconds=seconds, peak_gib=bench.peak())
    return video


def _write(bench: Bench, video: torch.Tensor, frames: int) -> None:
    started = time.perf_counter()
    pixels = as_bytes((video[0].float() / 2 + 0.5).clamp(0, 1).permute(1, 0, 2, 3))
    bytes_after = time.perf_counter() - started
    spec = VideoSpec(bench.options.width, bench.options.height, frames, 16.0)
    with tempfile.TemporaryDirectory() as folder:
        write_video(Path(folder) / "clip.mp4", iter(pixels), spec)
    bench.tell("mp4", to_bytes_seconds=bytes_after, seconds=time.perf_counter() - started, frames=frames)

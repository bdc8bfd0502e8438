"""Everything but the steps, of a clip of the longest length: decoding, and writing an mp4."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from diffusers import AutoencoderKLWan
from diffusers.video_processor import VideoProcessor

from benchmarks.streaming.bench import Bench
from oelala.engines.frames_out import frames_out
from oelala.errors import OelalaError
from oelala.media.frame_writer import FrameWriter
from oelala.media.video import VideoSpec, verify_video
from oelala.models.decode import decode_in_16_bits, decode_wan

_TINY: dict[str, Any] = {"base_dim": 8, "z_dim": 16, "dim_mult": [1, 1, 1, 1], "num_res_blocks": 1}


@torch.no_grad()
def run_decoding(bench: Bench) -> None:
    """The studio's own way first; each way is told as soon as it is known, and none is begun without time."""
    latents = run_to_film(bench)
    bench.clean()
    vae = _vae(bench).to(bench.device, torch.bfloat16)
    half = _decode(bench, vae, latents.bfloat16(), "bfloat16").float().cpu()
    _lay_out(vae, torch.channels_last_3d)
    _decode(bench, vae, latents.bfloat16(), "bfloat16, channels last")
    bench.clean()
    if bench.left > 30 or bench.options.tiny:
        # 17 frames: all of them in 32 bits do not fit beside the resident model
        some = latents[:, :, :5].float()
        exact = _decode(bench, vae.to(torch.float32), some, "float32, 17 frames").cpu()
        half = half[:, :, : exact.shape[2]]
        bench.tell("decode error", of_bfloat16=float((half - exact).pow(2).mean().sqrt() / exact.std()))
    bench.clean()
    if bench.left > 90 or bench.options.tiny:  # trying out kernels may take long
        torch.backends.cudnn.benchmark = True
        try:
            _decode(bench, vae.to(torch.bfloat16), latents.bfloat16(), "bfloat16, cudnn.benchmark")
        finally:
            torch.backends.cudnn.benchmark = False


def run_to_film(bench: Bench) -> torch.Tensor:
    """The studio's own way, and the latents that it began with."""
    options, frames = bench.options, max(bench.options.frames)
    shape = (1, 16, (frames - 1) // 4 + 1, options.height // 8, options.width // 8)
    latents = torch.randn(shape, generator=torch.Generator().manual_seed(4)).to(bench.device)
    _as_the_studio(bench, latents, frames)
    return latents


def _vae(bench: Bench) -> Any:
    torch.manual_seed(4)
    return AutoencoderKLWan(**(_TINY if bench.options.tiny else {})).eval().requires_grad_(False)


@torch.no_grad()
def _as_the_studio(bench: Bench, latents: torch.Tensor, frames: int) -> None:
    """Decoder in 16 bits on a card, one latent frame after the other, each on its way to ffmpeg while the
    next is decoded; then once more, warm, since the first time loads kernels."""
    vae = _vae(bench).to(bench.device)
    if bench.cuda:
        decode_in_16_bits(vae)
    pipeline = SimpleNamespace(vae=vae, video_processor=VideoProcessor(vae_scale_factor=8))
    spec = VideoSpec(bench.options.width, bench.options.height, frames, 16.0)
    for time_around in ("first", "warm"):
        bench.wait()
        bench.reset_peak()
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "clip.mp4"
            try:
                decoded = _to_film(pipeline, latents, path, spec) - started
            except OelalaError as fault:
                bench.tell("failed", what="mp4", error=str(fault))
                return
            written = time.perf_counter() - started
            verify_video(path, spec)
        verified = time.perf_counter() - started
        times = {"decoded": decoded, "written": written, "verified": verified}
        bench.tell("latents to mp4", how=time_around, **times, peak_gib=bench.peak())


def _to_film(pipeline: Any, latents: torch.Tensor, path: Path, spec: VideoSpec) -> float:
    """When the last frame was decoded."""
    with FrameWriter(path, spec, lambda: None) as writer:
        for frames in frames_out(decode_wan(pipeline, latents)):
            for frame in frames:
                writer.put(frame)
        decoded = time.perf_counter()
        writer.finish(lambda _: None)
    return decoded


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

"""Where the time of a compiled forward goes, by kind of kernel."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch
from torch.autograd import DeviceType

from benchmarks.streaming.bench import Bench
from benchmarks.streaming.weights import inputs

_KINDS = (
    ("attention", ("fmha", "flash", "sdpa", "attention")),
    ("matmul", ("gemm", "nvjet", "cutlass", "cublas", "mm_")),
    ("fused", ("triton",)),
    ("copies", ("memcpy", "memset", "copy")),
)


@torch.no_grad()
def run_profile(bench: Bench, module: Any, layers: int = 2) -> None:
    """One forward of the first `layers` blocks at the longest length."""
    calls = inputs(bench.options, max(bench.options.frames), module, bench.device)
    blocks = module.blocks
    module.blocks = blocks[:layers]
    kinds = [torch.profiler.ProfilerActivity.CPU]
    if bench.cuda:
        kinds.append(torch.profiler.ProfilerActivity.CUDA)
    try:
        module(**calls[0])
        bench.wait()
        with torch.profiler.profile(activities=kinds) as profile:
            module(**calls[0])
            bench.wait()
    finally:
        module.blocks = blocks
    spent: Counter[str] = Counter()
    slowest: Counter[str] = Counter()
    for event in profile.key_averages():
        if bench.cuda and event.device_type != DeviceType.CUDA:
            continue  # an operation has the time of its kernels once more
        micro = float(getattr(event, "self_device_time_total", 0.0) or 0.0)
        if micro:
            spent[_kind(event.key)] += micro
            slowest[event.key[:80]] += micro
    bench.tell(
        "profile",
        milliseconds={name: round(micro / 1e3, 3) for name, micro in spent.most_common()},
        slowest={name: round(micro / 1e3, 3) for name, micro in slowest.most_common(12)},
        layers=layers,
    )


def _kind(name: str) -> str:
    small = name.lower()
    return next((kind for kind, marks in _KINDS if any(mark in small for mark in marks)), "other")

"""From the wish to cancel until the card is idle, amid a streamed step under the studio's own watch."""

from __future__ import annotations

import random
import statistics
import threading
import time
from types import SimpleNamespace
from typing import Any

import torch
from diffusers import AutoencoderKLWan

from benchmarks.streaming.bench import Bench
from benchmarks.streaming.weights import inputs
from oelala.engines.watch import Phases, watched
from oelala.errors import Cancelled
from oelala.models.streaming import Branches, Streamed
from oelala.progress import CancelToken, RunContext


def run_cancels(bench: Bench, streamed: Streamed) -> None:
    frames = max(bench.options.frames)
    calls = inputs(bench.options, frames, streamed.module, bench.device)
    branches = Branches(streamed)
    try:
        whole = [_step(bench, streamed.module, calls) for _ in range(2)][1]
        found = [_cancelled(bench, streamed, calls, whole) for _ in range(bench.options.cancels)]
    finally:
        branches.remove()
    times = [one for one in found if one is not None]
    if times:
        bench.tell(
            "cancel",
            frames=frames,
            idle_after=statistics.median(times),
            worst=max(times),
            times=len(times),
            block_seconds=whole / len(streamed.blocks),
        )


@torch.no_grad()
def _step(bench: Bench, module: Any, calls: list[dict[str, Any]]) -> float:
    bench.wait()
    started = time.perf_counter()
    for given in calls:
        module(**given)
    bench.wait()
    return time.perf_counter() - started


def _cancelled(bench: Bench, streamed: Streamed, calls: list[dict[str, Any]], whole: float) -> float | None:
    """Seconds; None: the step was over before."""
    token, asked = CancelToken(), 0.0

    def ask() -> None:
        nonlocal asked
        asked = time.perf_counter()
        token.cancel()

    vae = AutoencoderKLWan(base_dim=8, z_dim=4, dim_mult=[1, 1, 1, 1], num_res_blocks=1)
    text = SimpleNamespace(encoder=SimpleNamespace(block=[]))
    pipeline = SimpleNamespace(transformer=streamed.module, vae=vae, text_encoder=text)
    loan: Any = SimpleNamespace(pipeline=pipeline, device=bench.device)
    phases = Phases(RunContext("20261122-171500-x7k2p9", 0.0, cancel=token))
    begun = time.perf_counter()
    timer = threading.Timer(random.uniform(0.1, 0.8) * whole, ask)
    timer.start()
    try:
        with watched(loan, phases, 1, 1):
            _step(bench, streamed.module, calls)
    except Cancelled:
        bench.wait()
        spent = time.perf_counter() - asked
        bench.tell("cancelled", after=asked - begun, idle_after=spent)
        return spent
    finally:
        timer.cancel()
        streamed.reset()
    return None

"""mmgp, the offloading of Wan2GP, on the same weights; measured only where somebody has installed it."""

from __future__ import annotations

import time

import torch

from benchmarks.streaming.bench import Bench
from benchmarks.streaming.contenders import Contender, take_turns
from benchmarks.streaming.weights import inputs, step_flops, twin
from oelala.models.streaming import Streamed


def run_mmgp(bench: Bench, streamed: Streamed) -> None:
    """Its profile for little memory, unquantised. It brings 32-bit weights to 16, so that bits differ.

    Its own application adds joint guidance and a feed-forward in pieces, which this is without.
    """
    try:
        from mmgp import offload, profile_type
    except ImportError:
        bench.tell("mmgp", installed=False)
        return
    streamed.ring.release()
    theirs = twin(streamed.module)
    started = time.perf_counter()
    held = offload.profile(
        {"transformer": theirs}, profile_type.LowRAM_LowVRAM, verboseLevel=0, quantizeTransformer=False
    )
    bench.tell("mmgp", installed=True, ready=time.perf_counter() - started)
    try:
        for frames in sorted(bench.options.frames):
            calls = inputs(bench.options, frames, streamed.module, bench.device)
            one = Contender("mmgp, LowRAM_LowVRAM, not quantised", theirs)
            take_turns(bench, [one], calls, 2)
            one.tell(bench, frames, 0.0, step_flops(bench.options, frames, bench.options.layers))
    finally:
        torch.set_default_device("cpu")
        held.release()

"""mmgp, the offloading of Wan2GP, on the same weights; measured only where somebody has installed it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib.metadata import version

import torch

from benchmarks.streaming.bench import Bench
from benchmarks.streaming.contenders import Contender, take_turns
from benchmarks.streaming.weights import inputs, step_flops, twin
from oelala.models.streaming import Streamed


def run_mmgp(bench: Bench, streamed: Streamed, beside: Sequence[Contender] = ()) -> None:
    """Its profile for little memory, unquantised. It brings 32-bit weights to 16, so that bits differ.

    `beside`: who takes turns with it.

    Its own application adds joint guidance and a feed-forward in pieces, which this is without.
    """
    try:
        from mmgp import offload, profile_type
    except ImportError:
        bench.tell("mmgp", installed=False)
        return
    if not bench.cuda:
        bench.tell("mmgp", installed=True, version=version("mmgp"), needs="a card")
        return
    streamed.ring.release()
    theirs = twin(streamed.module)
    lengths = sorted(bench.options.frames)
    calls = {frames: inputs(bench.options, frames, streamed.module, bench.device) for frames in lengths}
    started = time.perf_counter()
    held = offload.profile(
        {"transformer": theirs}, profile_type.LowRAM_LowVRAM, verboseLevel=0, quantizeTransformer=False
    )
    torch.set_default_device("cpu")  # it leaves the card behind as the default
    bench.tell("mmgp", installed=True, version=version("mmgp"), ready=time.perf_counter() - started)
    try:
        for frames in lengths:
            one = Contender("mmgp, LowRAM_LowVRAM, not quantised", theirs)
            for other in beside:
                other.step(bench, calls[frames])  # new calls: branches are paired from the second step on
            take_turns(bench, [one, *beside], calls[frames], 2)
            for who in (one, *beside):
                who.tell(bench, frames, 0.0, step_flops(bench.options, frames, bench.options.layers))
    finally:
        held.release()

"""The table: a capped card, everything streamed, against the work alone and against diffusers."""

from __future__ import annotations

import time
from typing import Any

import torch

from benchmarks.streaming.bench import Bench
from benchmarks.streaming.contenders import Contender, take_turns
from benchmarks.streaming.resident import compile_blocks
from benchmarks.streaming.weights import block_bytes, build, inputs, step_flops, twin
from oelala.models.speed import attention_backend
from oelala.models.streaming import Branches, Ring, Streamed, StreamRequest, stream_module


def stream(bench: Bench, module: Any) -> Streamed:
    """The blocks of a module, wherever it is, into the arena."""
    started, weights = time.perf_counter(), block_bytes(module)
    streamed = stream_module(StreamRequest(module, Ring(bench.device, bench.options.slots)))
    bench.clean()
    bench.tell(
        "arena",
        seconds=time.perf_counter() - started,
        pinned_bytes=streamed.pinned_bytes,
        weight_bytes=weights,
        pinned_over_weights=streamed.pinned_bytes / weights,
    )
    return streamed


def one_block(bench: Bench) -> Any:
    """A module whose blocks are all the same one: the work of a step, and no weight that moves."""
    module = build(bench.options, bench.device, 1, seed=3)
    compile_blocks(bench, module)
    module.blocks = torch.nn.ModuleList([module.blocks[0]] * bench.options.layers)
    return module


def group_offloaded(bench: Bench, module: Any) -> Any:
    """diffusers' own way over the same memory: pinned already, so that it need not pin it once more."""
    theirs = twin(module)
    kind: dict[str, Any] = {"offload_type": bench.options.offload}
    if bench.options.offload == "block_level":
        kind["num_blocks_per_group"] = 1
    theirs.enable_group_offload(bench.device, use_stream=bench.cuda, **kind)
    return theirs


def run_steps(bench: Bench, streamed: Streamed) -> None:
    """81 frames last: most of the time goes there."""
    computing = one_block(bench)
    module, ring = streamed.module, streamed.ring
    branches = Branches(streamed)
    found = [
        Contender("compute", computing),
        Contender("ours", module, bench.how, ring=ring),
        # the module's own forward, below the pairing
        Contender("ours, one branch at a time", module, bench.how, branches._plain, ring),
    ]
    if bench.options.offload != "none":
        theirs = group_offloaded(bench, module)
        found.append(Contender(f"diffusers, group offload, {bench.options.offload}", theirs, "eager"))
    try:
        with attention_backend(computing, bench.backend):
            for frames in sorted(bench.options.frames):
                _table(bench, found, streamed, frames)
    finally:
        branches.remove()


def _table(bench: Bench, found: list[Contender], streamed: Streamed, frames: int) -> None:
    calls = inputs(bench.options, frames, streamed.module, bench.device)
    copies = streamed.ring.copies
    # the pairs of a clip are known from its second step on
    found[1].step(bench, calls)
    once = streamed.ring.copies - copies
    found[1].step(bench, calls)
    bench.tell("copies", frames=frames, first_step=once, following=streamed.ring.copies - copies - once)
    rounds = bench.options.rounds if frames > 33 else 2 * bench.options.rounds
    take_turns(bench, found, calls, rounds)
    flops = step_flops(bench.options, frames, bench.options.layers)
    work = sorted(found[0].seconds)[len(found[0].seconds) // 2]
    moved = streamed.streamed_bytes / bench.link if bench.link else 0.0
    for one in found:
        one.tell(bench, frames, max(work, moved), flops)
    bench.tell("card", frames=frames, on_card_gib=bench.on_card(), cap_gib=bench.options.cap)

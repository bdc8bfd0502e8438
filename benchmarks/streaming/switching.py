"""From one model to another, both waiting in pinned memory: what the first step after it takes more."""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks.streaming.bench import Bench
from benchmarks.streaming.contenders import Contender
from benchmarks.streaming.resident import compile_blocks
from benchmarks.streaming.weights import build, inputs
from oelala.models.speed import attention_backend
from oelala.models.streaming import Branches, Streamed, StreamRequest, stream_module


def run_switches(bench: Bench, streamed: Streamed, *, picture: bool) -> None:
    """`picture`: to the transformer of I2V; else to the second expert, of the same shape.

    The other one has `--others` layers: a change costs the same with any number of them.
    """
    module = build(bench.options, bench.device, bench.options.others, picture=picture, seed=5)
    other = stream_module(StreamRequest(module, streamed.ring))
    bench.clean()
    compile_blocks(bench, module)
    with attention_backend(module, bench.backend):
        _measure(bench, streamed, other, "T2V to I2V" if picture else "expert switch")
    other.close()


def _measure(bench: Bench, one: Streamed, other: Streamed, what: str) -> None:
    frames = min(bench.options.frames)
    pairs = [(each, inputs(bench.options, frames, each.module, bench.device)) for each in (one, other)]
    branches = [Branches(one), Branches(other)]
    steady, after, whole = [], [], 0.0
    try:
        for number in range(bench.options.rounds + 1):
            whole = _step(bench, *pairs[0])
            first, second, third = (_step(bench, *pairs[1]) for _ in range(3))
            if number:
                after.append(first)
                steady += [second, third]
    finally:
        for pairing in branches:
            pairing.remove()
    extra = statistics.median(after) - statistics.median(steady)
    bench.tell("switch", what=what, frames=frames, extra_seconds=extra, of_a_step=extra / whole)


def _step(bench: Bench, streamed: Streamed, calls: list[dict[str, Any]]) -> float:
    return Contender("", streamed.module).step(bench, calls)

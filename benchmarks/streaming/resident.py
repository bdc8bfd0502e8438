"""Everything on the card, without a cap: what streaming is held against, to the bit and in seconds."""

from __future__ import annotations

import time
from importlib.util import find_spec
from typing import Any

import torch

from benchmarks.streaming.bench import Bench
from benchmarks.streaming.contenders import Contender
from benchmarks.streaming.weights import inputs, step_flops
from oelala.models.sage import PACKAGE
from oelala.models.speed import AttentionShape, choose_backend, measure_backends
from oelala.models.speed.sage import relative_error, sage


def choose_attention(bench: Bench, module: Any) -> None:
    """Measures the kernels as the studio does at loading, and at full size for the record."""
    heads, head_dim = module.config.num_attention_heads, module.config.attention_head_dim
    for frames in sorted(bench.options.frames):
        tokens = ((frames - 1) // 4 + 1) * (bench.options.height // 16) * (bench.options.width // 16)
        shape = AttentionShape(tokens, heads, head_dim)
        started = time.perf_counter()
        times = measure_backends(shape.sample, bench.device)
        spent = time.perf_counter() - started
        chosen = choose_backend(times)
        full = measure_backends(shape, bench.device)
        bench.tell(
            "attention",
            frames=frames,
            chosen=chosen,
            chosen_in_seconds=spent,
            sample_tflops={name: round(shape.sample.flops / one / 1e12, 1) for name, one in times.items()},
            full_tflops={name: round(shape.flops / one / 1e12, 1) for name, one in full.items()},
        )
        tell_sage(bench, shape)
        if bench.options.attention == "measured":
            bench.backend = chosen
    if bench.options.attention != "measured":
        bench.backend = bench.options.attention


@torch.no_grad()
def tell_sage(bench: Bench, shape: AttentionShape) -> None:
    """The lossy one, where it is installed: its speed in the task's shape, and what it loses on noise."""
    if not bench.cuda or find_spec(PACKAGE) is None:
        return
    size = (1, shape.tokens, shape.heads, shape.head_dim)
    query, key, value = (torch.randn(size, device=bench.device, dtype=shape.dtype) for _ in range(3))
    try:
        few = [one[:, :4096, :4] for one in (query, key, value)]
        times, error = [], relative_error(*few)
        for _ in range(4):
            bench.wait()
            started = time.perf_counter()
            sage(query, key, value, None)
            bench.wait()
            times.append(time.perf_counter() - started)
    except Exception as fault:  # noqa: BLE001 - somebody else's kernels
        bench.tell("failed", what="sage", error=f"{type(fault).__name__}: {fault}"[:300])
        return
    bench.tell("sage", tokens=shape.tokens, tflops=shape.flops / min(times[1:]) / 1e12, relative_error=error)


def compile_blocks(bench: Bench, module: Any) -> None:
    """Unless the compiler has failed before."""
    torch._dynamo.config.recompile_limit = 64  # several shapes, one code
    for block in module.blocks if bench.how == "compiled" else ():
        block.forward = torch.compile(block.forward, fullgraph=True, dynamic=False)


def run_compiled(bench: Bench, module: Any, rounds: int) -> None:
    """With blocks that are compiled. Where it fails, everything after this is eager, and said to be."""
    try:
        run_resident(bench, module, "compiled", rounds)
    except Exception as fault:  # noqa: BLE001 - whatever a compiler may raise
        bench.tell("failed", what="compiled", error=f"{type(fault).__name__}: {fault}"[:500])
        bench.how = "eager"
        for block in module.blocks:
            del block.forward


def run_resident(bench: Bench, module: Any, how: str, rounds: int) -> None:
    """Keeps the answers under `how`. The first step is told apart: it loads and compiles kernels."""
    for frames in bench.options.frames:
        calls = inputs(bench.options, frames, module, bench.device)
        one = Contender(f"resident, {how}", module)
        first = one.step(bench, calls)
        bench.answers[how, frames] = one.answers
        bench.tell("first step", frames=frames, how=how, seconds=first)
        one.seconds = [one.step(bench, calls) for _ in range(rounds)]
        one.tell(bench, frames, 0.0, step_flops(bench.options, frames, bench.options.layers))

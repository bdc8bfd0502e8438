"""One block with its feed-forward in pieces: seconds, the memory at its peak, and whether the bits stay."""

from __future__ import annotations

import statistics
import time
from typing import Any

import torch

from benchmarks.streaming.bench import Bench
from benchmarks.streaming.feed_forward import feed_in_pieces, same_in_pieces
from benchmarks.streaming.resident import compile_blocks
from benchmarks.streaming.weights import build, inputs
from oelala.models.speed import attention_backend

_PIECES = (1, 2, 4, 8)


def run_pieces(bench: Bench) -> None:
    module = build(bench.options, bench.device, 1, seed=9)
    calls = inputs(bench.options, max(bench.options.frames), module, bench.device)
    block = module.blocks[0]
    dim = module.config.num_attention_heads * module.config.attention_head_dim
    tokens = calls[0]["hidden_states"].shape[2:].numel() // 4
    hidden = torch.randn(1, tokens, dim, device=bench.device, dtype=torch.bfloat16)
    with attention_backend(module, bench.backend):
        for compiled in (False, True):
            for pieces in _PIECES:
                with feed_in_pieces(module.blocks, pieces):
                    if compiled:
                        compile_blocks(bench, module)
                    seconds, peak, answer = _measure(bench, module, calls[0])
                    vars(block).pop("forward", None)
                if pieces == 1:
                    truth = answer
                bench.tell(
                    "ffn",
                    pieces=pieces,
                    compiled=compiled,
                    seconds=seconds,
                    peak_gib=peak,
                    equal=torch.equal(answer, truth),
                    ffn_alone_equal=same_in_pieces(block, hidden, pieces),
                )


@torch.no_grad()
def _measure(bench: Bench, module: Any, call: dict[str, Any]) -> tuple[float, float, torch.Tensor]:
    times = []
    for _ in range(4):
        bench.wait()
        bench.reset_peak()
        started = time.perf_counter()
        answer = module(**call, return_dict=False)[0]
        bench.wait()
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:]), bench.peak(), answer

"""Runs the parts in order; see `options.ABOUT`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from benchmarks.streaming.bench import Bench
from benchmarks.streaming.cold import run_cold_start
from benchmarks.streaming.decoding import run_decoding
from benchmarks.streaming.feeding import run_pieces
from benchmarks.streaming.opening import attempt, opened
from benchmarks.streaming.peers import run_mmgp
from benchmarks.streaming.profiling import run_profile
from benchmarks.streaming.resident import choose_attention, compile_blocks, run_compiled, run_resident
from benchmarks.streaming.steps import run_steps, stream
from benchmarks.streaming.stopping import run_cancels
from benchmarks.streaming.switching import run_switches
from oelala.models.speed import attention_backend

# Seconds that a part takes on an H100, roughly: it is not begun with less than that.
_TAKES = {
    "resident": 60,
    "truth": 40,
    "steps": 70,
    "cancel": 35,
    "switch": 25,
    "decode": 35,
    "cold": 60,
    "ffn": 15,
    "profile": 15,
    "mmgp": 90,
}


def main() -> None:
    bench, module = opened()
    choose_attention(bench, module)
    with ExitStack() as stack:
        run_all(bench, module, stack)
    bench.tell("end")


def run_all(bench: Bench, module: Any, stack: ExitStack) -> None:
    _attempt(bench, "resident", lambda: run_resident(bench, module, "eager", 1))
    stack.enter_context(attention_backend(module, bench.backend))
    compile_blocks(bench, module)
    _attempt(bench, "resident", lambda: run_compiled(bench, module, rounds=2))
    if "resident" not in bench.options.parts:
        _attempt(bench, "truth", lambda: run_compiled(bench, module, rounds=1))
    _attempt(bench, "profile", lambda: run_profile(bench, module))
    streamed = stream(bench, module)
    with bench.capped():
        _attempt(bench, "steps", lambda: run_steps(bench, streamed))
        _attempt(bench, "cancel", lambda: run_cancels(bench, streamed))
        _attempt(bench, "switch", lambda: run_switches(bench, streamed, picture=False))
        _attempt(bench, "switch", lambda: run_switches(bench, streamed, picture=True))
        streamed.ring.release()  # as the studio does, to make room
        _attempt(bench, "decode", lambda: run_decoding(bench))
        _attempt(bench, "ffn", lambda: run_pieces(bench))
    _attempt(bench, "cold", lambda: run_cold_start(bench))
    with bench.capped():
        _attempt(bench, "mmgp", lambda: run_mmgp(bench, streamed))
    streamed.close()


def _attempt(bench: Bench, name: str, part: Callable[[], None]) -> None:
    if name in bench.options.parts or (name == "truth" and "steps" in bench.options.parts):
        attempt(bench, name, _TAKES[name], part)


if __name__ == "__main__":
    main()

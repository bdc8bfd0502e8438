"""Runs the parts in order; see `options.ABOUT`."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import diffusers
import torch

from benchmarks.streaming.bench import Bench, link_speed
from benchmarks.streaming.cold import run_cold_start
from benchmarks.streaming.decoding import run_decoding
from benchmarks.streaming.feeding import run_pieces
from benchmarks.streaming.options import read_options
from benchmarks.streaming.peers import run_mmgp
from benchmarks.streaming.profiling import run_profile
from benchmarks.streaming.resident import choose_attention, compile_blocks, run_compiled, run_resident
from benchmarks.streaming.steps import run_steps, stream
from benchmarks.streaming.stopping import run_cancels
from benchmarks.streaming.switching import run_switches
from benchmarks.streaming.weights import build
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
    options = read_options()
    device = torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
    bench = Bench(options, device)
    bench.link = link_speed(bench)
    bench.tell(
        "about",
        device=torch.cuda.get_device_name(device) if bench.cuda else "processor",
        torch=torch.__version__,
        diffusers=diffusers.__version__,
        layers=options.layers,
        link_gb_s=bench.link and bench.link / 1e9,
    )
    module = build(options, device, options.layers)
    bench.wait()
    bench.tell("built", on_card_gib=bench.on_card())
    choose_attention(bench, module)
    with ExitStack() as stack:
        run_all(bench, module, stack)
    bench.tell("end")


def run_all(bench: Bench, module: Any, stack: ExitStack) -> None:
    attempt(bench, "resident", lambda: run_resident(bench, module, "eager", 1))
    stack.enter_context(attention_backend(module, bench.backend))
    compile_blocks(bench, module)
    attempt(bench, "resident", lambda: run_compiled(bench, module, rounds=2))
    if "resident" not in bench.options.parts:
        attempt(bench, "truth", lambda: run_compiled(bench, module, rounds=1))
    attempt(bench, "profile", lambda: run_profile(bench, module))
    streamed = stream(bench, module)
    with bench.capped():
        attempt(bench, "steps", lambda: run_steps(bench, streamed))
        attempt(bench, "cancel", lambda: run_cancels(bench, streamed))
        attempt(bench, "switch", lambda: run_switches(bench, streamed, picture=False))
        attempt(bench, "switch", lambda: run_switches(bench, streamed, picture=True))
        streamed.ring.release()  # as the studio does, to make room
        attempt(bench, "decode", lambda: run_decoding(bench))
        attempt(bench, "ffn", lambda: run_pieces(bench))
    attempt(bench, "cold", lambda: run_cold_start(bench))
    with bench.capped():
        attempt(bench, "mmgp", lambda: run_mmgp(bench, streamed))
    streamed.close()


def attempt(bench: Bench, name: str, part: Callable[[], None]) -> None:
    """What fails is told, and the rest goes on: the card is not to be had every day."""
    if name not in bench.options.parts and not (name == "truth" and "steps" in bench.options.parts):
        return
    if not bench.options.tiny and bench.left < _TAKES[name]:
        bench.tell("left out", what=name, seconds_left=bench.left)
        return
    bench.tell("begin", what=name, seconds_left=bench.left)
    try:
        part()
    except Exception as fault:  # noqa: BLE001 - see above
        bench.tell("failed", what=name, error=f"{type(fault).__name__}: {fault}"[:500])
        traceback.print_exc()
    bench.clean()


if __name__ == "__main__":
    main()

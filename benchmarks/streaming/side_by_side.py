"""One step, resident and streamed in turns on the same card in the same minutes; then mmgp beside ours.

    python -m benchmarks.streaming.side_by_side           # the options of benchmarks.streaming, --parts apart

The resident model stays on the card while the others run, and counts to what the cap holds: it has `--cap`
GiB less its context for its activations, the others have that for everything. The most important first:
ours against resident, mmgp, what the peak of a step consists of, and from latents to an mp4.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import diffusers
import torch

from benchmarks.streaming.bench import Bench, link_speed
from benchmarks.streaming.contenders import Contender, take_turns
from benchmarks.streaming.decoding import run_to_film
from benchmarks.streaming.options import read_options
from benchmarks.streaming.peak import tell_peak
from benchmarks.streaming.peers import run_mmgp
from benchmarks.streaming.resident import choose_attention, compile_blocks, run_compiled
from benchmarks.streaming.steps import stream
from benchmarks.streaming.weights import block_bytes, build, inputs, step_flops, twin
from oelala.models.speed import attention_backend
from oelala.models.streaming import Branches, Streamed

# Seconds that a part takes on an H100, roughly: it is not begun with less than that.
_TAKES = {"turns": 20, "mmgp": 45, "peak": 12, "film": 15}


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
    if options.attention == "measured":
        choose_attention(bench, module)
    else:
        bench.backend = options.attention
    resident = twin(module).to(device)  # its rotary tables are its own, and made in main memory
    with ExitStack() as stack:
        for one in (module, resident):
            stack.enter_context(attention_backend(one, bench.backend))
        compile_blocks(bench, resident)
        run_compiled(bench, resident, rounds=1)
        compile_blocks(bench, module)
        streamed = stream(bench, module)
        with bench.capped(beside=block_bytes(resident) if bench.cuda else 0):
            _compare(bench, resident, streamed)
    bench.tell("end")


def _compare(bench: Bench, resident: Any, streamed: Streamed) -> None:
    branches = Branches(streamed)
    ours = Contender("ours", streamed.module, bench.how, ring=streamed.ring)
    try:
        _attempt(bench, "turns", lambda: _turns(bench, [Contender("resident", resident), ours], streamed))
        _attempt(bench, "mmgp", lambda: run_mmgp(bench, streamed, beside=[ours]))
        _attempt(bench, "peak", lambda: tell_peak(bench, ours, _calls(bench, streamed, bench.options.frames)))
    finally:
        branches.remove()
    streamed.ring.release()  # as the studio does, to make room
    _attempt(bench, "film", lambda: run_to_film(bench))


def _turns(bench: Bench, found: list[Contender], streamed: Streamed) -> None:
    """Long clips first: there is the more important figure."""
    for frames in sorted(bench.options.frames, reverse=True):
        calls = _calls(bench, streamed, [frames])
        ours = found[-1]
        ours.step(bench, calls)  # the pairs of a clip are known from its second step on
        take_turns(bench, found, calls, bench.options.rounds if frames > 33 else 2 * bench.options.rounds)
        for one in found:
            one.tell(bench, frames, 0.0, step_flops(bench.options, frames, bench.options.layers))
        bench.tell("card", frames=frames, on_card_gib=bench.on_card(), cap_gib=bench.options.cap)


def _calls(bench: Bench, streamed: Streamed, frames: list[int]) -> list[dict[str, Any]]:
    return inputs(bench.options, max(frames), streamed.module, bench.device)


def _attempt(bench: Bench, name: str, part: Callable[[], None]) -> None:
    """What fails is told, and the rest goes on."""
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

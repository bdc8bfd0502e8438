"""One step, resident and streamed in turns on the same card in the same minutes; then mmgp beside ours.

    python -m benchmarks.streaming.side_by_side           # the options of benchmarks.streaming, --parts apart

The resident model stays on the card while the others run, and counts to what the cap holds: it has `--cap`
GiB less its context for its activations, the others have that for everything. The most important first:
ours against resident, mmgp, what the peak of a step consists of, and from latents to an mp4.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from benchmarks.streaming.bench import Bench
from benchmarks.streaming.contenders import Contender, take_turns
from benchmarks.streaming.decoding import run_to_film
from benchmarks.streaming.opening import attempt, opened
from benchmarks.streaming.peak import tell_peak
from benchmarks.streaming.peers import run_mmgp
from benchmarks.streaming.resident import choose_attention, compile_blocks, run_compiled
from benchmarks.streaming.steps import stream
from benchmarks.streaming.weights import block_bytes, inputs, step_flops, twin
from oelala.models.speed import attention_backend
from oelala.models.streaming import Branches, Streamed

# Seconds that a part takes on an H100, roughly: it is not begun with less than that.
_TAKES = {"turns": 30, "mmgp": 45, "peak": 12, "film": 15}


def main() -> None:
    bench, module = opened()
    if bench.options.attention == "measured":
        choose_attention(bench, module)
    else:
        bench.backend = bench.options.attention
    resident = twin(module).to(bench.device)  # its rotary tables are its own, and made in main memory
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
    # what the plan chooses where copying a block twice is hidden behind the work
    alone = Contender("ours, one branch at a time", ours.module, bench.how, branches._plain, ours.ring)
    found = [Contender("resident", resident), ours, alone]
    try:
        _attempt(bench, "turns", lambda: _turns(bench, found, streamed))
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
        found[1].step(bench, calls)  # the pairs of a clip are known from its second step on
        take_turns(bench, found, calls, bench.options.rounds if frames > 33 else 2 * bench.options.rounds)
        for one in found:
            one.tell(bench, frames, 0.0, step_flops(bench.options, frames, bench.options.layers))
        bench.tell("card", frames=frames, on_card_gib=bench.on_card(), cap_gib=bench.options.cap)


def _calls(bench: Bench, streamed: Streamed, frames: list[int]) -> list[dict[str, Any]]:
    return inputs(bench.options, max(frames), streamed.module, bench.device)


def _attempt(bench: Bench, name: str, part: Callable[[], None]) -> None:
    attempt(bench, name, _TAKES[name], part)


if __name__ == "__main__":
    main()

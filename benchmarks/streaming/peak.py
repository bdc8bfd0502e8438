"""What is on the card at the highest moment of a step: torch's own record of it, played back."""

from __future__ import annotations

import linecache
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from benchmarks.streaming.bench import GIB, Bench
from benchmarks.streaming.contenders import Calls, Contender

_ENTRIES = 500_000
_SHOWN = 16
_MIB = 2**20


def tell_peak(bench: Bench, one: Contender, calls: Calls) -> None:
    """The tensors of the peak that were made in a step, the largest first, with the lines that made them."""
    one.step(bench, calls)
    if not bench.cuda:
        return
    resting = bench.allocated()
    torch.cuda.memory._record_memory_history(context="alloc", stacks="python", max_entries=_ENTRIES)
    try:
        seconds = one.step(bench, calls)
        (trace, *_) = torch.cuda.memory._snapshot()["device_traces"]
    finally:
        torch.cuda.memory._record_memory_history(enabled=None)
    alive = at_peak(trace)
    made = sum(entry["size"] for entry in alive)
    bench.tell(
        "peak",
        seconds=seconds,
        peak_gib=one.peak,
        resting_gib=resting / GIB,
        ring_gib=one.ring.nbytes / GIB if one.ring is not None else 0.0,
        made_gib=made / GIB,
    )
    for entry in sorted(alive, key=lambda entry: -entry["size"])[:_SHOWN]:
        bench.tell("at peak", mib=entry["size"] / _MIB, made_by=_lines(entry.get("frames", [])))


def at_peak(trace: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The allocations of a device's trace that were there when they were the most bytes together."""
    alive: dict[int, Mapping[str, Any]] = {}
    now = most = 0
    found: list[Mapping[str, Any]] = []
    for entry in trace:
        if entry["action"] == "alloc":
            alive[entry["addr"]] = entry
            now += entry["size"]
            if now > most:
                most, found = now, list(alive.values())
        elif entry["action"] == "free_requested" and entry["addr"] in alive:
            now -= alive.pop(entry["addr"])["size"]
    return found


def _lines(frames: Iterable[Mapping[str, Any]]) -> list[str]:
    """The innermost lines, without torch's own."""
    found: list[str] = []
    for frame in frames:
        name, line = str(frame["filename"]), int(frame["line"])
        if "/torch/" in name or len(found) == 2:
            continue
        text = linecache.getline(name, line).strip()[:100]
        found.append(f"{Path(name).name[-24:]}:{line} {frame['name']}: {text}")
    return found

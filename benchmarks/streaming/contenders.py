"""Ways of doing one denoising step, and taking turns between them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from benchmarks.streaming.bench import Bench
from oelala.models.streaming import Ring

Calls = list[dict[str, Any]]


@dataclass
class Contender:
    """`forward` (by default the module) is called twice a step. `ring`: whose slots count as its own.

    `like`: whose answers its own have to be, to the bit (a key of `Bench.answers`, without the frames).
    `peak`: GiB of tensors of its own.
    """

    name: str
    module: Any
    like: str | None = None
    forward: Callable[..., Any] | None = None
    ring: Ring | None = None
    seconds: list[float] = field(default_factory=list)
    peak: float = 0.0
    last: float = 0.0
    answers: list[torch.Tensor] = field(default_factory=list)

    @torch.no_grad()
    def step(self, bench: Bench, calls: Calls) -> float:
        bench.wait()
        bench.reset_peak()
        beside = bench.allocated() - self._resting()
        started = time.perf_counter()
        answers = [(self.forward or self.module)(**given, return_dict=False)[0] for given in calls]
        bench.wait()
        seconds = time.perf_counter() - started
        self.peak, self.last = bench.peak(beside), seconds
        self.answers = [answer.cpu() for answer in answers]
        return seconds

    def _resting(self) -> int:
        """Bytes that it has on the card between steps."""
        tensors = {id(one): one for one in (*self.module.parameters(), *self.module.buffers())}.values()
        here = sum(one.numel() * one.element_size() for one in tensors if one.device.type == "cuda")
        return here + (self.ring.nbytes if self.ring is not None else 0)

    def tell(self, bench: Bench, frames: int, floor: float, flops: float) -> None:
        middle = statistics.median(self.seconds)
        expected = bench.answers.get((self.like or "", frames))
        bench.tell(
            "step",
            frames=frames,
            who=self.name,
            seconds=middle,
            spread=max(self.seconds) - min(self.seconds),
            rounds=len(self.seconds),
            over_floor=middle / floor if floor else None,
            tflops=flops / middle / 1e12,
            peak_gib=self.peak,
            equal_to=self.like,
            equal=None if expected is None else same(self.answers, expected),
        )


def same(ours: list[torch.Tensor], theirs: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


def take_turns(bench: Bench, found: list[Contender], calls: Calls, rounds: int) -> None:
    """The first round is thrown away; the order turns round every time. Stops before the time is up; then it
    may be that the first round is all there is."""
    for one in found:
        one.seconds.clear()
    for number in range(rounds + 1):
        started = time.monotonic()
        for one in found if number % 2 else found[::-1]:
            seconds = one.step(bench, calls)
            bench.tell("turn", round=number, who=one.name, seconds=seconds, peak_gib=one.peak)
            if number:
                one.seconds.append(seconds)
        if bench.left < 1.5 * (time.monotonic() - started):
            break
    for one in found:
        one.seconds = one.seconds or [one.last]

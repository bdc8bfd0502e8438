"""A small card made of a large one: a process of its own holds the rest, and watches what is left."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

GIB = 1024**3
_EVERY = 0.02
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(slots=True)
class Card:
    """What the holder tells: `free` bytes before anybody else came, and the `least` ever since `reset`."""

    free: Any
    least: Any

    def reset(self) -> None:
        self.least.value = self.free.value

    @property
    def peak(self) -> float | None:
        """GiB that others took at the worst moment, their contexts and torch's reserve included."""
        return (self.free.value - self.least.value) / GIB if self.free.value else None


@contextmanager
def card_of(cap: float) -> Iterator[Card]:
    """For its length the card has `cap` GiB for everybody else; on a processor nothing happens."""
    card = Card(_SPAWN.Value("q", 0), _SPAWN.Value("q", 0))
    if not torch.cuda.is_available():
        yield card
        return
    ready, done = _SPAWN.Event(), _SPAWN.Event()
    holder = _SPAWN.Process(target=_hold, args=(cap, card.free, card.least, ready, done), daemon=True)
    holder.start()
    try:
        if not ready.wait(60):
            raise RuntimeError("the card could not be held")
        yield card
    finally:
        done.set()
        holder.join(10)
        holder.kill()


def _hold(cap: float, free: Any, least: Any, ready: Any, done: Any) -> None:
    torch.cuda.init()
    held = []
    while (left := torch.cuda.mem_get_info(0)[0] - int(cap * GIB)) > 2 * 2**20:
        held.append(torch.empty(left // 2**21 * 2**21, dtype=torch.uint8, device="cuda"))
    free.value = least.value = torch.cuda.mem_get_info(0)[0]
    ready.set()
    while not done.is_set():
        least.value = min(least.value, torch.cuda.mem_get_info(0)[0])
        time.sleep(_EVERY)

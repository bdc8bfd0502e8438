"""What every part of the benchmark is given: options, device, the time that is left, a place for results."""

from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

GIB = 1024**3


@dataclass
class Bench:
    """`link`: pinned main memory to the card, bytes a second; None on a processor. `backend`: of attention.
    `how`: "compiled", or "eager" where the compiler has failed.

    `answers`: of resident runs, by (how, frames). `held`: bytes of the card that the cap takes.
    """

    options: argparse.Namespace
    device: torch.device
    begun: float = field(default_factory=time.monotonic)
    link: float | None = None
    backend: str = "native"
    how: str = "compiled"
    answers: dict[tuple[str, int], list[torch.Tensor]] = field(default_factory=dict)
    held: int = 0

    @property
    def cuda(self) -> bool:
        return self.device.type == "cuda"

    @property
    def left(self) -> float:
        return float(self.options.seconds) - (time.monotonic() - self.begun)

    def tell(self, part: str, **values: Any) -> None:
        """One line of JSON, at once: the run may be cut at any moment."""
        line = json.dumps({"part": part, "at": round(time.monotonic() - self.begun, 1), **_rounded(values)})
        print(line, flush=True)
        if self.options.out is not None:
            with Path(self.options.out).open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def wait(self) -> None:
        if self.cuda:
            torch.cuda.synchronize(self.device)

    def clean(self) -> None:
        gc.collect()
        if self.cuda:
            torch.cuda.empty_cache()

    @contextmanager
    def capped(self, beside: int = 0) -> Iterator[None]:
        """A card of `--cap` GiB: everything else of it is held. Context and libraries count as well; `beside`
        are bytes that lie on the card already and count to what is held."""
        if not self.cuda:
            yield
            return
        self.clean()
        free, total = torch.cuda.mem_get_info(self.device)
        held = torch.empty(
            max(0, min(free - GIB, total - int(self.options.cap * GIB) - beside)),
            dtype=torch.uint8,
            device=self.device,
        )
        self.held = held.numel()
        try:
            yield
        finally:
            self.held = 0
            del held
            self.clean()

    def reset_peak(self) -> None:
        if self.cuda:
            torch.cuda.reset_peak_memory_stats(self.device)

    def peak(self, beside: int = 0) -> float:
        """GiB of tensors at the highest moment since `reset_peak`, without `beside` and the cap."""
        if not self.cuda:
            return 0.0
        return (torch.cuda.max_memory_allocated(self.device) - beside - self.held) / GIB

    def allocated(self) -> int:
        """Bytes of tensors on the card now, without what the cap holds."""
        return torch.cuda.memory_allocated(self.device) - self.held if self.cuda else 0

    def on_card(self) -> float:
        """GiB that this process, its context included, has taken of the card by now, without the cap."""
        if not self.cuda:
            return 0.0
        free, total = torch.cuda.mem_get_info(self.device)
        return (total - free - self.held) / GIB


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(one, 5) if isinstance(one, float) else one for name, one in values.items()}


def link_speed(bench: Bench) -> float | None:
    """Pinned main memory to the card, bytes a second."""
    if not bench.cuda:
        return None
    source = torch.empty(GIB, dtype=torch.uint8).pin_memory()
    target = torch.empty(GIB, dtype=torch.uint8, device=bench.device)
    times = []
    for _ in range(4):
        bench.wait()
        started = time.perf_counter()
        target.copy_(source, non_blocking=True)
        bench.wait()
        times.append(time.perf_counter() - started)
    return GIB / min(times)

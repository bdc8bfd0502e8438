"""The device and main memory as the worker finds them now; and its note of what it holds of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from oelala.models.compiler import compiler_here
from oelala.models.hardware_here import compiles
from oelala.models.holding import holding_file, tell_holding
from oelala.models.machine import Machine, own_memory, ram_free, ram_total, torch_version, usable_cpus
from oelala.models.planning.free import Room
from oelala.models.planning.hardware import CARD_OVERHEAD, CONTEXT, Hardware, hardware_now
from oelala.models.planning.measured import as_measured
from oelala.models.speed.probe import gpu_of
from oelala.models.speeds import keep_uncompiled, read_speeds, speeds_file


class Surroundings:
    """For one worker. `worked`: it has done work on the card, so that what the driver keeps for it has grown.

    `private`: the workspace's own folder. `speeds`: the file of what this machine has shown.
    """

    def __init__(self, device: torch.device, private: Path) -> None:
        self.device = device
        self.worked = self._busy = False
        self.speeds = speeds_file(private)
        self._note = holding_file(private)

    def measure(self) -> Hardware | None:
        """What a plan may count on: without what other programs hold. None: a processor."""
        if self.device.type != "cuda":
            return None
        free, total = torch.cuda.mem_get_info(self.device)
        gpu = replace(gpu_of(self.device), vram=total)
        memory = Room(ram_total(), ram_free(), own_memory())
        machine = Machine((gpu,), memory.total, memory.free, 2**62, usable_cpus())
        found = hardware_now(machine, memory, Room(total, free, self._held()))
        return as_measured(found, read_speeds(self.speeds, gpu))

    def compiles(self, model: str) -> bool:
        """Whether that model's blocks can be compiled, as far as anyone knows."""
        if self.device.type != "cuda":
            return True  # nothing is planned there
        return compiles(model, read_speeds(self.speeds, gpu_of(self.device)), compiler_here())

    def keep_uncompiled(self, model: str) -> None:
        """What has failed is not promised again, until there is another torch or driver."""
        if self.device.type == "cuda":
            keep_uncompiled(self.speeds, gpu_of(self.device), model, torch_version())

    def _held(self) -> int:
        """Bytes of the card that are this process's."""
        if self.device.type != "cuda":
            return 0
        return torch.cuda.memory_reserved(self.device) + (CARD_OVERHEAD if self.worked else CONTEXT)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """For its length what is held changes; after it, however it ends, what is left is noted."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
            self.note()

    def note(self, found: Hardware | None = None) -> None:
        """Write down what is held. `found`: what there was to plan for when the work at hand began."""
        tell_holding(self._note, card=self._held(), usable=found.vram if found else 0, busy=self._busy)

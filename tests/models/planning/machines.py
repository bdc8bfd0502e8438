"""Machines to plan for."""

from __future__ import annotations

from typing import Any

from oelala.models.catalog import Row, find
from oelala.models.machine import Machine
from oelala.models.nvidia import Gpu
from oelala.models.planning import Abilities, Hardware, PlanRequest, Speed, hardware_now, hardware_of
from oelala.models.planning.free import Room

GIB = 1024**3
EVERYTHING = Abilities(vae_tiling=True, int8=True, from_disk=True, pinned=1.03, growing=True)
WAN = ("wan2.1-t2v-1.3b", "wan2.1-t2v-14b", "wan2.2-t2v-a14b", "wan2.2-ti2v-5b", "wan2.1-vace-14b")


def machine(vram: float, ram: float, name: str = "NVIDIA GeForce RTX 3060", disk: float = 1000) -> Machine:
    """Sizes in GiB; `vram` 0: none."""
    gpus = (Gpu(name, int(vram * GIB), "600"),) if vram else ()
    return Machine(gpus, int(ram * GIB), int(ram * GIB), int(disk * GIB), cpu_count=8)


def request(
    model: str,
    on: Machine,
    abilities: Abilities = EVERYTHING,
    speed: Speed | None = None,
    missing_bytes: int = 0,
    **values: Any,
) -> PlanRequest:
    row: Row = find(model)
    full = {**next(iter(row.defaults.values())), **values}
    return PlanRequest(row, full, hardware_of(on), speed or Speed(), abilities, missing_bytes)


def users_own(ram_free: float = 28) -> Hardware:
    """A computer of 32 GB as it tells itself, with an RTX 3060 that has a desktop on it; `ram_free` in GiB:
    23 is usual for Windows."""
    on = machine(12, 31.2)
    memory = Room(on.ram_total, int(ram_free * GIB))
    return hardware_now(on, memory, Room(12 * GIB, int(11.3 * GIB)))

"""This machine as a plan counts on it now, told without torch: what the page and the command line ask."""

from __future__ import annotations

from dataclasses import dataclass

from oelala.models.holding import Holding, holding_file, read_holding
from oelala.models.machine import Machine, own_memory, read_machine, torch_version
from oelala.models.nvidia import best_card, free_vram
from oelala.models.planning import Abilities, Hardware, hardware_now
from oelala.models.planning.free import Room
from oelala.models.planning.measured import Measured, as_measured
from oelala.models.speeds import read_speeds, speeds_file
from oelala.settings import Settings


@dataclass(frozen=True, slots=True)
class Here:
    """`measured`: what this machine has shown. `started`: the workspace's worker runs, and need not start.
    `compiles`: what torch compiles blocks with is here."""

    hardware: Hardware
    measured: Measured
    started: bool
    compiles: bool = True

    def abilities(self, model: str) -> Abilities:
        """With what has failed here before counted out."""
        return Abilities(compiling=compiles(model, self.measured, self.compiles))


def compiles(model: str, measured: Measured, able: bool) -> bool:
    """Whether that model's blocks are worth another try: not with the torch that has failed before."""
    return able and measured.uncompiled.get(model) != torch_version()


def look_here(settings: Settings) -> Here:
    """Without what other programs hold; what the workspace's worker holds counts as free."""
    machine, worker = read_machine(settings.models), read_holding(holding_file(settings.private))
    own, free = own_memory(worker.pid) if worker else 0, free_vram() if machine.gpus else None
    gpu = machine.gpus[best_card(machine.gpus)] if machine.gpus else None
    measured = read_speeds(speeds_file(settings.private), gpu)
    hardware = as_measured(hardware_beside(machine, free, worker, own), measured)
    return Here(hardware, measured, worker is not None, machine.compiles)


def hardware_beside(machine: Machine, free: int | None, worker: Holding | None, own: int = 0) -> Hardware:
    """`free`: bytes of the card that nobody has, None where the driver does not tell; `worker`: which holds
    `own` bytes of main memory."""
    memory = Room(machine.ram_total, machine.ram_free, own)
    return hardware_now(machine, memory, _card(machine, free, worker))


def _card(machine: Machine, free: int | None, worker: Holding | None) -> Room | None:
    if not machine.gpus or free is None:
        return None
    total = machine.gpus[best_card(machine.gpus)].vram
    if worker is None:
        return Room(total, free)
    # amid a job nobody can tell what of the card is the worker's; what it found before still holds
    return Room(total, worker.usable) if worker.busy and worker.usable else Room(total, free, worker.card)

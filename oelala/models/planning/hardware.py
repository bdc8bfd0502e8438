"""The machine as the plan sees it: how much fits where, and how fast it is."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

from oelala.models.machine import Machine
from oelala.models.nvidia import best_card
from oelala.models.planning.cards import card_flops
from oelala.models.planning.free import CARD_GRAIN, RAM_GRAIN, Room

GIB = 1024**3
# What a card holds beside models: the driver's context, kernels that are loaded when they are needed, a
# desktop. 0.77 … 0.99 GiB measured on an H100 amid jobs, about `CONTEXT` of it before them. And what the
# system keeps of RAM.
CARD_OVERHEAD, CONTEXT, SYSTEM_OVERHEAD = 1_070_000_000, 550_000_000, 2_000_000_000
# Of what the work takes beside weights, lost between its tensors: measured 0.43 and 0.48 with torch's memory
# in segments of fixed size. Those that grow lose next to nothing, and this is a margin nobody has measured.
_LOST, _LOST_GROWING = 0.5, 0.15

# What system and other programs have of a computer that somebody works at: of RAM this, of a small one that
# share at most, and of the card what a desktop shows. A guess, seen on machines of 32 GB.
_OTHERS_RAM = {"win32": (8 * GIB, 4), "": (3 * GIB, 8)}
OTHERS_CARD = 700 * 1024**2

# Host to card, bytes a second: PCIe 4.0 × 16, and as measured on an H100. Anything slower only makes a
# streamed run longer.
_LINK, _LINK_FAST = 25e9, 55e9

# Of main memory, what Windows lets a card's driver lock: about half, by what people report of it.
_LOCKABLE = 0.45


@dataclass(frozen=True, slots=True)
class Hardware:
    """Bytes, and per second. `vram` 0: no card. `flops` None: unknown until this machine has made a clip.

    `device`: "cuda" or "cpu", as in the metadata of clips. `disk_read`, `download`: None where not known.
    `unused`: the name of a card that is there and cannot be used, "": none. `card`: all that the card has,
    0: no more than `vram`, which is without what other programs hold of it. `pinnable`: of `ram`, what the
    system lets a card's driver lock, None: all of it. `rounding`: numbers brought to 8 bits, read as well.
    """

    device: str
    name: str
    vram: int
    ram: int
    disk_free: int
    link: float = _LINK
    flops: float | None = None
    disk_read: float | None = None
    download: float | None = None
    unused: str = ""
    card: int = 0
    pinnable: int | None = None
    rounding: float | None = None

    @property
    def taken(self) -> int:
        """Bytes of the card that other programs hold."""
        return max(0, self.card - self.vram)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the studio can do when not everything fits; the plan promises nothing else.

    `pinned`: RAM taken for each byte of streamed weights; the arena has exactly theirs, and loading needs a
    little more. `int8`: weights brought to 8 bits at loading. `from_disk`: blocks read from the disk while
    they are needed. `compiling`: a transformer's blocks compiled for their shape, on a card.
    `growing`: torch's memory on a card is in segments that grow.
    """

    streaming: bool = True
    vae_tiling: bool = True
    int8: bool = True
    from_disk: bool = True
    compiling: bool = True
    pinned: float = 1.03
    growing: bool = sys.platform.startswith("linux")

    @property
    def lost(self) -> float:
        """Of what the work takes beside weights: that much again lies unused between its tensors."""
        return _LOST_GROWING if self.growing else _LOST


def hardware_of(machine: Machine) -> Hardware:
    """The machine with all its memory, as though nothing else ran on it: its card, or its processor."""
    if not machine.gpus:
        unused = machine.unused_gpus[0].name if machine.unused_gpus else ""
        return Hardware("cpu", "", 0, machine.ram_total, machine.disk_free, unused=unused)
    gpu = machine.gpus[best_card(machine.gpus)]
    return Hardware(
        device="cuda",
        name=gpu.name,
        vram=gpu.vram,
        ram=machine.ram_total,
        disk_free=machine.disk_free,
        link=_LINK_FAST if any(mark in gpu.name for mark in ("H100", "H200")) else _LINK,
        flops=card_flops(gpu.name),
        pinnable=pinnable_bytes(machine.ram_total),
    )


def pinnable_bytes(ram_total: int, platform: str = sys.platform) -> int | None:
    """None where the system sets no limit of its own. More is not refused a run: it is copied unlocked."""
    return int(_LOCKABLE * ram_total) if platform == "win32" else None


def hardware_usually(machine: Machine, system: str = sys.platform) -> Hardware:
    """The machine with what is to be had of its memory on a usual day, counted as `hardware_now` counts what
    is free at a moment: for what is said of a model before anybody asks for a clip."""
    most, share = _OTHERS_RAM.get(system, _OTHERS_RAM[""])
    total = machine.ram_total
    memory = Room(total, total - min(most, total // share))
    if not machine.gpus:
        return hardware_now(machine, memory)
    card = machine.gpus[best_card(machine.gpus)].vram
    usual = hardware_now(machine, memory, Room(card, max(0, card - OTHERS_CARD)))
    return replace(usual, pinnable=pinnable_bytes(total, system))


def hardware_now(machine: Machine, memory: Room, card: Room | None = None) -> Hardware:
    """The machine with what is left of its memory, and of the card that it plans for (None: of none)."""
    whole = hardware_of(machine)
    ram = memory.usable(SYSTEM_OVERHEAD, RAM_GRAIN)
    if card is None or whole.device == "cpu":
        return replace(whole, ram=ram)
    return replace(whole, ram=ram, vram=card.usable(grain=CARD_GRAIN), card=card.total)

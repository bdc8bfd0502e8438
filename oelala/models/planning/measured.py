"""What a machine has shown of its speed beside the clips it has made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from oelala.models.planning.cards import card_flops
from oelala.models.planning.hardware import Hardware


@dataclass(frozen=True, slots=True)
class Measured:
    """None where nothing is known. `flops`: of the card's matrix products, a second; `link`: bytes a second
    from main memory to it. `disk_read`, `download`: bytes a second of models loaded and fetched. `start`:
    seconds until a worker can begin; `saving`: seconds that a clip takes once it is decoded. `rounding`:
    numbers a second of weights that are loaded and brought to 8 bits.
    `uncompiled`: models whose blocks could not be compiled, by id, with the torch that it was tried with.
    """

    flops: float | None = None
    link: float | None = None
    disk_read: float | None = None
    download: float | None = None
    start: float | None = None
    saving: float | None = None
    rounding: float | None = None
    uncompiled: Mapping[str, str] = field(default_factory=dict)


def as_measured(hardware: Hardware, measured: Measured) -> Hardware:
    """The same, with what this machine has shown in the place of what was assumed."""
    gpu = hardware.device != "cpu"
    return replace(
        hardware,
        flops=card_flops(hardware.name, measured.flops) if gpu else hardware.flops,
        link=measured.link or hardware.link,
        disk_read=measured.disk_read or hardware.disk_read,
        download=measured.download or hardware.download,
        rounding=measured.rounding or hardware.rounding,
    )

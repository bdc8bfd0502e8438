"""How long a run takes: work over speed, or bytes over the line that they have to pass, whichever is more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oelala.models.planning.hardware import Hardware
from oelala.models.planning.learn import Speed
from oelala.models.planning.memory import PartSize
from oelala.models.planning.work import Work

_DISK_READ = 2e9  # bytes a second where nobody has measured: a common NVMe disk, read through a file system
_ROUNDING = (
    1.9e8  # numbers a second brought to 8 bits: 75 s for a Wan 14B on two cores that had other work too
)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of the phases; None: not known. `load`: from the disk to where weights wait."""

    encode: float | None
    denoise: float | None
    decode: float | None
    load: float = 0.0

    @property
    def total(self) -> float | None:
        if self.denoise is None or self.decode is None:
            return None
        return self.load + self.denoise + self.decode + (self.encode or 0.0)


def seconds_of(
    hardware: Hardware,
    speed: Speed,
    work: Work,
    sizes: Sequence[PartSize],
    placements: Mapping[str, str],
) -> Times:
    """What this machine has shown goes before what its card promises."""
    flops = speed.flops or hardware.flops
    return Times(
        encode=_encode(hardware, speed, work, sizes, placements),
        denoise=_denoise(flops, speed, work, moving_of(hardware, work, sizes, placements)),
        decode=_decode(flops, speed, work),
        load=_load(hardware, sizes, placements),
    )


def computing_of(flops: float | None, work: Work) -> float | None:
    """Seconds of all steps, were nothing to be copied; None: not known."""
    return work.denoise_flops / flops if work.forward_flops and flops else None


def _denoise(flops: float | None, speed: Speed, work: Work, moving: float) -> float | None:
    computing = computing_of(flops, work)
    if computing is None and speed.seconds_per_unit is not None:
        computing = speed.seconds_per_unit * work.units
    return None if computing is None else max(computing, moving)


def _load(hardware: Hardware, sizes: Sequence[PartSize], placements: Mapping[str, str]) -> float:
    """What is read from the disk block by block is not loaded before. Rounding to 8 bits is the processor's
    work; how fast this machine has shown to be at it has the reading in it."""
    disk = hardware.disk_read or _DISK_READ
    loaded = [size for size in sizes if placements[size.name] != "from-disk"]
    reading, rounded = sum(size.read for size in loaded) / disk, sum(size.rounded for size in loaded)
    if hardware.rounding is None:
        return reading + rounded / _ROUNDING
    unread = sum(size.read for size in loaded if size.rounded) / disk
    return reading - unread + max(unread, rounded / hardware.rounding)


def moving_of(
    hardware: Hardware, work: Work, sizes: Sequence[PartSize], placements: Mapping[str, str]
) -> float:
    """Seconds of all steps. Each round brings every streamed weight once; of two experts one is at work at a
    time."""
    large = [size for size in sizes if size.large]
    speeds = {"streamed": hardware.link, "from-disk": hardware.disk_read or _DISK_READ}
    each = [size.whole / speeds[placements[size.name]] for size in large if placements[size.name] in speeds]
    return max(each, default=0.0) * work.rounds * work.steps


def _decode(flops: float | None, speed: Speed, work: Work) -> float | None:
    if work.decode_flops and (reached := speed.decode_flops or flops):
        return work.decode_flops / reached
    if speed.decode_seconds_per_unit is not None:
        return speed.decode_seconds_per_unit * work.decoded
    return None


def _encode(
    hardware: Hardware,
    speed: Speed,
    work: Work,
    sizes: Sequence[PartSize],
    placements: Mapping[str, str],
) -> float | None:
    if speed.encode_seconds is not None:
        return speed.encode_seconds
    flops = speed.flops or hardware.flops
    if not flops or not work.encode_flops:
        return None
    moved = sum(
        size.whole for size in sizes if not size.large and placements[size.name] in ("streamed", "from-disk")
    )
    return max(work.encode_flops / flops, work.passes * moved / hardware.link)

"""What a run has on the card in each of its phases, and what it may have there beyond that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oelala.models.planning.hardware import CARD_OVERHEAD, Hardware
from oelala.models.planning.memory import PartSize
from oelala.models.planning.time import computing_of, moving_of
from oelala.models.planning.work import Work

# Of what is free blocks may take this: it is a prediction.
_SPARE_SHARE = 0.8
# Copying in half the time of computing is never waited for: 1.002 … 1.01 of a step that copies nothing.
_UNNOTICED = 0.5


@dataclass(frozen=True, slots=True)
class CardPhases:
    """Bytes on the card without what the driver has: `always`, and in each phase beside that. What is lost
    between tensors is counted. The ring and blocks that stay are there while denoising only."""

    always: int
    text: int
    encoding: int
    denoising: int
    decoding: int

    @property
    def peak(self) -> int:
        return self.always + max(self.text, self.encoding, self.denoising, self.decoding)


def phases_of(
    sizes: Sequence[PartSize],
    placements: Mapping[str, str],
    work: Work,
    *,
    tiling: bool,
    fused: bool,
    lost: float,
) -> CardPhases:
    """`lost`: of the work's own tensors, that much again between them."""
    passing = [size for size in sizes if placements[size.name] in ("streamed", "from-disk")]
    resident = sum(size.whole for size in sizes if placements[size.name] == "resident")
    # one ring serves all, as large as the largest of their blocks
    ring = max((size.slice - size.rest for size in passing), default=0)
    large = any(size.large for size in passing)
    working = work.fused_bytes if fused else work.activation_bytes
    working += max((size.unpacking for size in sizes), default=0)
    return CardPhases(
        always=resident + sum(size.rest for size in passing) + work.held_bytes,
        text=ring,
        encoding=int((1 + lost) * (work.encode_bytes_tiled if tiling else work.encode_bytes)),
        denoising=(ring if large else 0) + int((1 + lost) * working),
        decoding=int((1 + lost) * (work.decode_bytes_tiled if tiling else work.decode_bytes)),
    )


@dataclass(frozen=True, slots=True)
class Extra:
    """What a run takes beyond what it must have: the bytes of a branch of guidance that waits at each block,
    and of streamed blocks that stay on the card while it denoises."""

    beside: int = 0
    kept: int = 0


def extra_of(
    hardware: Hardware,
    flops: float | None,
    work: Work,
    phases: CardPhases,
    sizes: Sequence[PartSize],
    placements: Mapping[str, str],
    branch: int,
) -> Extra:
    """As much as there is room for, and no more than shortens the run: where copying is hidden behind the
    work anyway, room is worth more. (A step of 81 frames of 14B, both branches a block, took 5.357 s and
    4.4 GiB, one after the other 5.367 and 3.7: benchmarks/RESULTS.md.) `branch`: what one of guidance takes
    while it waits; 0 where they never go side by side."""
    large = [size for size in sizes if size.large and placements[size.name] in ("streamed", "from-disk")]
    room = hardware.vram - CARD_OVERHEAD - phases.always - phases.denoising
    if not large or room <= 0:
        return Extra()
    whole = sum(size.whole - size.rest for size in large)
    moving, computing = moving_of(hardware, work, sizes, placements), computing_of(flops, work)
    hidden = computing is not None and moving <= _UNNOTICED * computing
    beside = branch if work.passes > 1 and branch <= room and not hidden else 0
    moving /= work.passes if beside else 1
    if computing is not None:
        whole = int(whole * max(0.0, 1.0 - _UNNOTICED * computing / moving)) if moving else 0
    return Extra(beside, min(whole, int(_SPARE_SHARE * (room - beside))))

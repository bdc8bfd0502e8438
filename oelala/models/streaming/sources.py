"""The bytes of a block: out of the arena, from the module's own tensors, or read from its files meanwhile."""

from __future__ import annotations

from collections.abc import Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import torch

from oelala.models.streaming.arena import in_large_pages, lock_memory
from oelala.models.streaming.files import FileRange, read_range
from oelala.models.streaming.layout import Block

_READERS = 4  # a fast disk wants several reads under way


class WeightsGone(OSError):
    """A file that blocks are read from is gone, or shorter than it was, in the middle of the work."""


@dataclass(slots=True)
class FromMemory:
    """One copy of `place` (uint8), the block's bytes in main memory."""

    key: Hashable
    place: torch.Tensor

    def fill(self, slot: torch.Tensor) -> None:
        slot[: self.place.numel()].copy_(self.place, non_blocking=True)

    def filled(self) -> None:
        pass

    def begin(self) -> None:
        pass


@dataclass(slots=True)
class FromTensors:
    """One copy for each tensor, from wherever they are: for weights that differ from their files."""

    key: Hashable
    block: Block

    def fill(self, slot: torch.Tensor) -> None:
        for leaf in self.block.leaves:
            leaf.inside(slot).copy_(leaf.home)

    def filled(self) -> None:
        pass

    def begin(self) -> None:
        pass


class Stagings:
    """A few block-sized, pinned buffers that files are read into, and the threads that read."""

    def __init__(self, nbytes: int, device: torch.device, count: int = 2) -> None:
        self._device = device
        self._buffers = [in_large_pages(nbytes) for _ in range(count)]
        self._locks = [lock_memory(self, buffer, device) for buffer in self._buffers]
        self._copied: list[Any] = [None] * count
        self._users: list[FromFiles | None] = [None] * count
        self._turn = 0
        self._pool = ThreadPoolExecutor(_READERS, thread_name_prefix="blocks")

    @property
    def nbytes(self) -> int:
        return sum(buffer.numel() for buffer in self._buffers)

    def lend(self, user: FromFiles) -> int:
        """The next buffer in turn, once the card has copied what was in it."""
        number, self._turn = self._turn, (self._turn + 1) % len(self._buffers)
        before = self._users[number]
        if before is not None:
            before.lost()
        if self._copied[number] is not None:
            self._copied[number].synchronize()
        self._users[number] = user
        return number

    def read(self, number: int, ranges: list[tuple[int, FileRange]]) -> list[Future[None]]:
        memory = self._buffers[number].numpy()
        return [self._pool.submit(read_range, place, memory, offset) for offset, place in ranges]

    def buffer(self, number: int) -> torch.Tensor:
        return self._buffers[number]

    def copied(self, number: int) -> None:
        if self._device.type == "cuda":
            event = torch.cuda.Event()
            event.record(torch.cuda.current_stream(self._device))
            self._copied[number] = event
        self._users[number] = None

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        for unlock in self._locks:
            unlock()


class FromFiles:
    """A block whose tensors are read into a staging buffer, and copied from there in one go."""

    def __init__(
        self, key: Hashable, block: Block, ranges: list[tuple[int, FileRange]], stagings: Stagings
    ) -> None:
        self.key = key
        self._block, self._ranges, self._stagings = block, ranges, stagings
        self._staging: int | None = None
        self._reads: list[Future[None]] = []

    def begin(self) -> None:
        """Start reading, unless that has been done."""
        if self._staging is None:
            self._staging = self._stagings.lend(self)
            self._reads = self._stagings.read(self._staging, self._ranges)

    def fill(self, slot: torch.Tensor) -> None:
        """Raises WeightsGone."""
        self.begin()
        number, reads = self._staging, self._reads
        assert number is not None
        try:
            for read in reads:
                read.result()
        except OSError as fault:
            self.lost()
            raise WeightsGone(str(fault)) from fault
        size = self._block.nbytes
        slot[:size].copy_(self._stagings.buffer(number)[:size], non_blocking=True)

    def filled(self) -> None:
        if self._staging is not None:
            self._stagings.copied(self._staging)
        self._staging, self._reads = None, []

    def lost(self) -> None:
        """The staging goes to another block: read again when it is needed."""
        for read in self._reads:
            read.cancel() or read.exception()
        self._staging, self._reads = None, []

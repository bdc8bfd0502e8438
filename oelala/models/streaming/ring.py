"""A few slots on the card, and the stream that fills them ahead of the work."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch


class Source(Protocol):
    """Where the bytes of one block come from."""

    @property
    def key(self) -> Hashable:
        """Equal keys mean equal bytes."""

    def fill(self, slot: torch.Tensor) -> None:
        """Queue the copy into `slot` (uint8, at least as long as the block) on the current stream."""

    def filled(self) -> None:
        """The copy is queued: what it reads from must stay until an event recorded now has passed."""


@dataclass(slots=True)
class _Slot:
    memory: torch.Tensor
    key: Hashable | None = None
    held: bool = False
    used: int = 0
    filled: Any = None  # CUDA events; None on a processor, where everything happens in order
    free: Any = None


class Ring:
    """`slots` buffers of one size whose addresses stay; every streamed module of a device may share one.

    On a processor the copies are real and happen at once. For one thread at a time.
    """

    def __init__(self, device: torch.device, slots: int = 2) -> None:
        if slots < 2:
            raise ValueError("a ring has two slots or more")
        self.device = device
        self.count = slots
        self.copies = 0
        self._size = 0
        self._turn = 0
        self._slots: list[_Slot] = []
        self._lane = torch.cuda.Stream(device) if device.type == "cuda" else None

    @property
    def nbytes(self) -> int:
        """What the slots take on the device now."""
        return sum(slot.memory.numel() for slot in self._slots)

    @property
    def keys(self) -> list[Hashable]:
        """What lies in the slots."""
        return [slot.key for slot in self._slots if slot.key is not None]

    def fit(self, nbytes: int) -> None:
        """Make the slots large enough for a block of so many bytes."""
        if nbytes > self._size:
            self.release()
            self._size = nbytes

    def take(self, source: Source) -> torch.Tensor:
        """The slot with the source's bytes, for work that is queued from now on, until `give`."""
        slot = self._find(source.key) or self._fill(source, [])
        if slot is None:
            raise RuntimeError("every slot is at work")
        slot.held = True
        self._touch(slot)
        if slot.filled is not None:
            torch.cuda.current_stream(self.device).wait_event(slot.filled)
        return slot.memory

    def give(self, key: Hashable) -> None:
        """The work with this block is queued; once it is done the slot may be filled anew."""
        slot = self._find(key)
        if slot is not None:
            slot.held = False
            if slot.free is not None:
                slot.free.record(torch.cuda.current_stream(self.device))

    def prefetch(self, sources: Sequence[Source]) -> None:
        """Fill slots with what comes next, the most urgent first, as far as there are slots."""
        keys = [source.key for source in sources]
        for source in sources:
            if self._find(source.key) is None and self._fill(source, keys) is None:
                return

    def forget(self, key: Hashable | None = None) -> None:
        """What lies in the slots (or of one block) is out of date."""
        for slot in self._slots:
            if key is None or slot.key == key:
                slot.key, slot.held = None, False

    def release(self) -> None:
        """Give the slots' memory back; the next block takes it again."""
        if self._lane is not None and self._slots:
            self._lane.synchronize()
        self._slots.clear()

    def wait(self) -> None:
        """Until everything queued on the device is done: before memory that copies read from goes."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def _find(self, key: Hashable) -> _Slot | None:
        return next((slot for slot in self._slots if slot.key == key), None)

    def _fill(self, source: Source, keep: Sequence[Hashable]) -> _Slot | None:
        free = [slot for slot in self._opened() if not slot.held and slot.key not in keep]
        if not free:
            return None
        slot = min(free, key=lambda one: one.used)
        slot.key = None  # until it is whole
        if self._lane is None:
            source.fill(slot.memory)
            source.filled()
        else:
            with torch.cuda.stream(self._lane):
                self._lane.wait_event(slot.free)
                source.fill(slot.memory)
                slot.filled.record(self._lane)
                source.filled()
        slot.key = source.key
        self.copies += 1
        self._touch(slot)
        return slot

    def _touch(self, slot: _Slot) -> None:
        self._turn += 1
        slot.used = self._turn

    def _opened(self) -> list[_Slot]:
        if not self._slots:
            for _ in range(self.count):
                slot = _Slot(torch.empty(self._size, dtype=torch.uint8, device=self.device))
                if self._lane is not None:
                    slot.filled, slot.free = torch.cuda.Event(), torch.cuda.Event()
                    # the memory may have been somebody else's, whose work is still queued
                    slot.free.record(torch.cuda.current_stream(self.device))
                self._slots.append(slot)
        return self._slots

"""The loaded parts of models: kept while there is room, the longest unused given back first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from oelala.models.device import collect, free_bytes
from oelala.models.machine import ram_free
from oelala.models.streaming import Streamed


@dataclass(frozen=True, slots=True)
class PartKey:
    """Equal keys mean equal weights: `digest` is taken from the files' contents."""

    name: str
    digest: str
    dtype: torch.dtype


@dataclass(slots=True)
class Part:
    """`bytes` once loaded; a streamed part takes them in main memory, any other on the device.

    `used` counts up with every loan; `origin` is for the log. `from_disk`: what is streamed is read from the
    part's files, and takes next to nothing.
    """

    module: Any
    bytes: int
    origin: str
    streamed: Streamed | None = None
    from_disk: bool = False
    used: int = 0


class PartStore:
    """Parts on one device. `measure` tells the free bytes there; by default they are measured."""

    def __init__(self, device: torch.device, measure: Callable[[], int] | None = None) -> None:
        self.device = device
        self._measure = measure or (lambda: free_bytes(device))
        self._parts: dict[PartKey, Part] = {}
        self._loans = 0

    def __contains__(self, key: PartKey) -> bool:
        return key in self._parts

    def __getitem__(self, key: PartKey) -> Part:
        return self._parts[key]

    def __len__(self) -> int:
        return len(self._parts)

    def add(self, key: PartKey, part: Part) -> None:
        self._parts[key] = part

    def borrow(self, keys: Collection[PartKey]) -> dict[str, Any]:
        """The modules by component name; marks them as the last used."""
        self._loans += 1
        for key in keys:
            self._parts[key].used = self._loans
        return {key.name: self._parts[key].module for key in keys}

    def free(self) -> int:
        return self._measure()

    def evict(
        self, need: int, keep: Collection[PartKey], least: int | None = None
    ) -> Iterator[tuple[PartKey, str]]:
        """Drop parts that are not in `keep`, longest unused first, until `need` bytes are free on the device.
        Streamed ones last, and for `least` bytes only: of them little is there, and bringing them takes long.

        Yields each with its origin; the caller lets go of it before asking for the next.
        """
        for streamed, wanted in ((False, need), (True, need if least is None else least)):
            for key in self._ranked(keep, streamed=streamed):
                if self._measure() >= wanted:
                    break
                yield from self._drop(key)

    def evict_streamed(self, need: int, keep: Collection[PartKey]) -> Iterator[tuple[PartKey, str]]:
        """As `evict`, for `need` bytes of main memory, where streamed parts wait."""
        for key in self._ranked(keep, streamed=True):
            if ram_free() >= need:
                return
            yield from self._drop(key)

    def on_device(self, keys: Collection[PartKey]) -> int:
        """Bytes of these parts that are on the device, whatever is at work."""
        here = [self._parts[key] for key in keys if key in self._parts]
        return sum(part.bytes if part.streamed is None else part.streamed.rest_bytes for part in here)

    def reset_streamed(self) -> None:
        """After work that broke off in the middle: all weights where they rest."""
        for part in self._parts.values():
            if part.streamed is not None:
                part.streamed.reset()

    def _ranked(self, keep: Collection[PartKey], *, streamed: bool) -> list[PartKey]:
        chosen = [
            key
            for key, part in self._parts.items()
            if key not in keep and part.bytes and (part.streamed is not None) is streamed
        ]
        return sorted(chosen, key=lambda key: (self._parts[key].used, -self._parts[key].bytes))

    def _drop(self, key: PartKey) -> Iterator[tuple[PartKey, str]]:
        part = self._parts.pop(key)
        if part.streamed is not None:
            part.streamed.close()
        yield key, part.origin
        del part
        collect(self.device)

    def clear(self) -> None:
        for part in self._parts.values():
            if part.streamed is not None:
                part.streamed.close()
        self._parts.clear()
        collect(self.device)

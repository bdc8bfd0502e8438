"""The loaded parts of models: kept while there is room, the longest unused given back first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from oelala.models.device import collect, free_bytes


@dataclass(frozen=True, slots=True)
class PartKey:
    """Equal keys mean equal weights: `digest` is taken from the files' contents."""

    name: str
    digest: str
    dtype: torch.dtype


@dataclass(slots=True)
class Part:
    """`bytes` once loaded; a streamed part takes them in main memory, any other on the device.

    `used` counts up with every loan; `origin` is for the log.
    """

    module: Any
    bytes: int
    origin: str
    streamed: bool = False
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

    def evict(self, need: int, keep: Collection[PartKey]) -> Iterator[tuple[PartKey, str]]:
        """Drop parts that are not in `keep`, longest unused first, until `need` bytes are free.

        Yields each with its origin; the caller lets go of it before asking for the next.
        """
        ranked = sorted(self._parts, key=lambda key: (self._parts[key].used, -self._parts[key].bytes))
        for key in [key for key in ranked if key not in keep and self._parts[key].bytes]:
            if self._measure() >= need:
                return
            if not self._parts[key].streamed:
                yield from self._drop([key])

    def drop_streamed(self, keep: Collection[PartKey] = ()) -> Iterator[tuple[PartKey, str]]:
        """Drop every streamed part that is not in `keep`, in the way of `evict`."""
        yield from self._drop([key for key, part in self._parts.items() if part.streamed and key not in keep])

    def _drop(self, keys: Collection[PartKey]) -> Iterator[tuple[PartKey, str]]:
        for key in keys:
            yield key, self._parts.pop(key).origin
            collect(self.device)

    def clear(self) -> None:
        self._parts.clear()
        collect(self.device)

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
    """`bytes` on the device, 0 for a streamed one; `used` counts up with every loan."""

    module: Any
    bytes: int
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

    def add(self, key: PartKey, module: Any, size: int) -> None:
        self._parts[key] = Part(module, size)

    def borrow(self, keys: Collection[PartKey]) -> dict[str, Any]:
        """The modules by component name; marks them as the last used."""
        self._loans += 1
        for key in keys:
            self._parts[key].used = self._loans
        return {key.name: self._parts[key].module for key in keys}

    def free(self) -> int:
        return self._measure()

    def evict(self, need: int, keep: Collection[PartKey]) -> Iterator[PartKey]:
        """Drop parts that are not in `keep`, longest unused first, until `need` bytes are free.

        The caller drops its own references to each part that is yielded before asking for the next.
        """
        ranked = sorted(self._parts, key=lambda key: (self._parts[key].used, -self._parts[key].bytes))
        for key in [key for key in ranked if key not in keep and self._parts[key].bytes]:
            if self._measure() >= need:
                return
            del self._parts[key]
            yield key
            collect(self.device)

    def clear(self) -> None:
        self._parts.clear()
        collect(self.device)

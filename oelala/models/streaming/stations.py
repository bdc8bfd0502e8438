"""The blocks of a model in the order of their work, as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from oelala.models.streaming.layout import Block


@dataclass(slots=True, eq=False)
class Station:
    """A block on its way: where its bytes come from, and what of LoRA has been fused into them."""

    block: Block
    source: Any
    following: Station | None = None
    fused: tuple[str, ...] = ()
    resident: bool = False
    own: torch.Tensor | None = None  # a resident block's place on the card
    brought: bool = False  # whether its bytes are there

    def leave(self) -> None:
        """Give the place back."""
        self.own, self.brought = None, False


def coming_after(station: Station, most: int, count: int) -> list[Station]:
    """Those that pass the ring next, in the order of the last pass; `count`: how many stations there are."""
    found: list[Station] = []
    after = station.following
    for _ in range(count):
        if after is None or after is station or len(found) == most:
            break
        if not after.resident and after not in found:
            found.append(after)
        after = after.following
    return found

"""What goes when room is wanted, and what is counted as being there."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from oelala.models.parts import Part, PartKey, PartStore
from oelala.models.streaming import Ring, StreamRequest, stream_module

CPU = torch.device("cpu")


class Blocks(nn.Module):
    """Two blocks of 16 × 16, and 40 bytes of weights in none."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(nn.Linear(16, 16) for _ in range(2))
        self.outside = nn.Linear(9, 1)


def key_of(name: str) -> PartKey:
    return PartKey(name, name, torch.float32)


def filled() -> PartStore:
    """A device of 100 bytes, 50 of them taken by a whole part, 40 by what a streamed one has in no block."""
    weigh = {"whole": 50, "streamed": 40}
    store = PartStore(CPU, lambda: 100 - sum(weigh[key.name] for key in store._parts))
    module = Blocks().eval().requires_grad_(requires_grad=False)
    streamed = stream_module(StreamRequest(module, Ring(CPU)))
    store.add(key_of("whole"), Part(nn.Linear(1, 1), 50, "one"))
    store.add(key_of("streamed"), Part(module, 10_000, "other", streamed))
    return store


@pytest.mark.parametrize(
    ("need", "least", "gone"),
    [
        (10, 10, []),
        (20, 5, ["whole"]),
        (90, 60, ["whole"]),
        (90, 90, ["whole", "streamed"]),
        (90, None, ["whole", "streamed"]),
    ],
)
def test_a_streamed_part_goes_last_and_only_for_what_cannot_be_done_without(
    need: int, least: int | None, gone: list[str]
) -> None:
    assert [key.name for key, _ in filled().evict(need, (), least)] == gone


def test_what_a_streamed_part_has_on_the_card_all_the_time_is_counted() -> None:
    assert filled().on_device([key_of("whole"), key_of("streamed"), key_of("not here")]) == 50 + 40

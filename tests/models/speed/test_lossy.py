"""The first-block cache: skips what changes little, and leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from oelala.models.speed import quickened
from oelala.models.speed.lossy import first_block_cache
from oelala.models.streaming import Branches, Ring, StreamRequest, stream_module
from tests.models.streaming import small

CPU = torch.device("cpu")


def runs_of(module: Any) -> list[int]:
    """Counts the calls of the last block's attention."""
    found: list[int] = []
    module.blocks[-1].attn1.register_forward_hook(lambda *_: found.append(1))
    return found


def call(module: Any, inputs: dict[str, Any]) -> torch.Tensor:
    with module.cache_context("cond"):
        return small.forward(module, inputs)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_step_like_the_last_one_is_not_computed_again(streamed: bool) -> None:
    module, inputs = small.wan(), small.wan_inputs()
    truth = small.forward(module, inputs)
    runs = runs_of(module)
    passing = stream_module(StreamRequest(module, Ring(CPU))) if streamed else None
    branches = Branches(passing) if passing else None
    with quickened([module], compiled=True, cache=0.1) as how:
        assert how.blocks == []
        assert torch.equal(call(module, inputs), truth)
        assert len(runs) == 1
        again = call(module, inputs)
        assert len(runs) == 1
        assert torch.allclose(again, truth, atol=0.2)
        other = small.wan_inputs(seed=5)
        call(module, other)
        assert len(runs) == 2
        assert how.told()["lossy"] == {"first_block_cache": 0.1}
    if branches and passing:
        branches.remove()
        passing.remove()
    assert torch.equal(small.forward(module, inputs), truth)
    assert len(runs) == 3


def test_nothing_is_left_on_the_modules() -> None:
    module = small.wan()
    own = module.blocks[1].forward
    module.blocks[1].forward = own
    with pytest.raises(KeyError), first_block_cache(module, 0.1):
        raise KeyError
    assert not module.is_cache_enabled
    assert not any(hasattr(part, "_diffusers_hook") for part in module.modules())
    assert [number for number, block in enumerate(module.blocks) if "forward" in vars(block)] == [1]
    assert vars(module.blocks[1])["forward"] is own


def test_the_next_clip_knows_nothing_of_the_last_one() -> None:
    module, inputs = small.wan(), small.wan_inputs()
    runs = runs_of(module)
    for _ in range(2):
        with first_block_cache(module, 0.1):
            call(module, inputs)
    assert len(runs) == 2

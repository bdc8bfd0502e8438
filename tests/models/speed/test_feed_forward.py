"""The feed-forward in pieces: the same bits in 16 bits here, and the block as before afterwards."""

from __future__ import annotations

import pytest
import torch

from benchmarks.streaming.feed_forward import feed_in_pieces, same_in_pieces
from tests.models.streaming import small


@pytest.mark.parametrize("pieces", [2, 3, 5, 100])
def test_bit_equal_in_16_bits(pieces: int) -> None:
    module, inputs = small.wan(), small.wan_inputs()
    truth = small.forward(module, inputs)
    with feed_in_pieces(module.blocks, pieces):
        assert torch.equal(small.forward(module, inputs), truth)
    assert all("forward" not in vars(block.ffn) for block in module.blocks)


def test_in_32_bits_kernels_round_otherwise_for_odd_lengths() -> None:
    """Why it is asked for each shape, and not promised."""
    module, inputs = small.wan(dtype=torch.float32), small.wan_inputs(dtype=torch.float32)
    truth = small.forward(module, inputs)
    with feed_in_pieces(module.blocks, 3):
        assert torch.allclose(small.forward(module, inputs), truth, atol=1e-5)
    with feed_in_pieces(module.blocks, 2):
        assert torch.equal(small.forward(module, inputs), truth)


def test_each_piece_is_one_call() -> None:
    module = small.wan(layers=1)
    lengths: list[int] = []
    hook = (
        module.blocks[0]
        .ffn.net[0]
        .register_forward_pre_hook(lambda _, args: lengths.append(args[0].shape[1]))
    )
    with feed_in_pieces(module.blocks, 3):
        small.forward(module, small.wan_inputs())
    hook.remove()
    assert lengths == [11, 11, 10]


def test_what_was_put_there_before_comes_back() -> None:
    block = small.wan(layers=1).blocks[0]
    own = block.ffn.forward
    block.ffn.forward = own
    with pytest.raises(KeyError), feed_in_pieces([block], 2):
        raise KeyError
    assert vars(block.ffn)["forward"] == own


def test_whether_the_bits_stay_can_be_asked() -> None:
    block = small.wan(layers=1).blocks[0]
    hidden = torch.randn(1, 32, 32, generator=torch.Generator().manual_seed(1)).to(torch.bfloat16)
    assert same_in_pieces(block, hidden, 4)

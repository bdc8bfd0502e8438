"""What only a card shows: copies beside the work, pinned memory of the exact size, addresses that stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.models.attention import FeedForward

from benchmarks.streaming.feed_forward import feed_in_pieces, same_in_pieces
from oelala.models.speed import (
    AttentionChoices,
    AttentionShape,
    measure_backends,
    quickened,
)
from oelala.models.streaming import Branches, Ring, StreamRequest, stream_module
from tests.models.streaming import small

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")

LAYERS = 8


def on_card(inputs: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.cuda() if isinstance(value, torch.Tensor) else value for name, value in inputs.items()
    }


@pytest.mark.parametrize("slots", [2, 3, 4])
def test_bit_equal_to_resident_over_many_passes(slots: int) -> None:
    module, inputs = small.wan(layers=LAYERS), on_card(small.wan_inputs())
    module.cuda()
    truth = small.forward(module, inputs)
    module.cpu()
    streamed = stream_module(StreamRequest(module, Ring(torch.device("cuda", 0), slots)))
    for _ in range(20):
        assert torch.equal(small.forward(module, inputs), truth)
    streamed.keep_resident(streamed.pinned_bytes // 2)
    for _ in range(5):
        assert torch.equal(small.forward(module, inputs), truth)
    streamed.remove()
    assert all(tensor.device.type == "cpu" for tensor in module.parameters())
    module.cuda()
    assert torch.equal(small.forward(module, inputs), truth)


def test_the_arena_is_pinned_to_the_byte_and_given_back() -> None:
    module = small.wan(layers=LAYERS)
    ring = Ring(torch.device("cuda", 0))
    streamed = stream_module(StreamRequest(module, ring))
    assert all(leaf.home.is_pinned() for block in streamed.blocks for leaf in block.leaves)
    assert (
        streamed.pinned_bytes <= 1.03 * sum(block.weight_bytes for block in streamed.blocks) + LAYERS * 10_000
    )
    streamed.remove()
    assert not any(leaf.home.is_pinned() for block in streamed.blocks for leaf in block.leaves)


def test_slots_stay_where_they_are_and_are_given_back() -> None:
    before = torch.cuda.memory_allocated()
    module, inputs = small.wan(layers=LAYERS), on_card(small.wan_inputs())
    ring = Ring(torch.device("cuda", 0))
    streamed = stream_module(StreamRequest(module, ring))
    small.forward(module, inputs)
    places = [slot.memory.data_ptr() for slot in ring._slots]
    for _ in range(3):
        small.forward(module, inputs)
    assert [slot.memory.data_ptr() for slot in ring._slots] == places
    streamed.remove()
    del streamed, inputs
    assert torch.cuda.memory_allocated() <= before + 1_000_000


def test_compiled_blocks_do_not_mind_the_slot() -> None:
    module, inputs = small.wan(layers=LAYERS), on_card(small.wan_inputs())
    module.cuda()
    for block in module.blocks:
        block.forward = torch.compile(block.forward, fullgraph=True, dynamic=False)
    truth = small.forward(module, inputs)
    module.cpu()
    torch._dynamo.reset()
    streamed = stream_module(StreamRequest(module, Ring(torch.device("cuda", 0))))
    for _ in range(3):
        assert torch.equal(small.forward(module, inputs), truth)
    streamed.remove()


@pytest.mark.parametrize("backend", ["native", "_native_cudnn", "_native_flash"])
def test_quickened_blocks_stream_with_the_same_bits(backend: str) -> None:
    """Compiled, with a kernel chosen, both branches in one pass: as resident with all of that."""
    module, inputs = small.wan(layers=LAYERS), on_card(small.wan_inputs())
    module.cuda()
    torch._dynamo.reset()
    with quickened([module], backend, compiled=True) as how:
        truth = small.forward(module, inputs)
        assert [one.failed for one in how.blocks] == [None]
    module.cpu()
    with quickened([module], backend, compiled=True) as how:
        streamed = stream_module(StreamRequest(module, Ring(torch.device("cuda", 0))))
        branches = Branches(streamed)
        for _ in range(6):
            assert torch.equal(small.forward(module, inputs), truth)
        assert [one.failed for one in how.blocks] == [None]
        branches.remove()
        streamed.remove()


def test_the_fastest_attention_is_found(tmp_path: Path) -> None:
    device, shape = torch.device("cuda", 0), AttentionShape(4096, 40, 128)
    times = measure_backends(shape.sample, device)
    assert {"native", "_native_flash"} <= times.keys()
    choices = AttentionChoices(tmp_path / "attention.json")
    chosen = choices.of(shape, device)
    assert chosen in times
    assert AttentionChoices(tmp_path / "attention.json").of(shape, device) == chosen


@pytest.mark.parametrize("tokens", [7_800, 32_760])
def test_the_feed_forward_of_14b_in_pieces(tokens: int) -> None:
    """Not promised to the bit: `same_in_pieces` says the truth, and the memory at the peak is less."""
    ffn = FeedForward(5120, inner_dim=13824, activation_fn="gelu-approximate").to("cuda", torch.bfloat16)
    block, hidden = torch.nn.Module(), torch.randn(1, tokens, 5120, device="cuda", dtype=torch.bfloat16)
    block.ffn = ffn
    with torch.no_grad():
        torch.cuda.reset_peak_memory_stats()
        whole, peak = ffn(hidden), torch.cuda.max_memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        with feed_in_pieces([block], 4):
            pieces, less = ffn(hidden), torch.cuda.max_memory_allocated()
    assert torch.equal(pieces, whole) is same_in_pieces(block, hidden, 4)
    assert torch.allclose(pieces, whole, atol=0.02, rtol=0.02)
    assert less < peak

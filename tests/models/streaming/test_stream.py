"""Weights really pass through slots, the result keeps its bits, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from oelala.models.streaming import Ring, Streamed, StreamRequest, stream_module
from oelala.models.streaming.layout import ALIGNMENT
from tests.models.streaming import small

CPU = torch.device("cpu")
KINDS: dict[str, tuple[Callable[[], Any], Callable[[], dict[str, Any]]]] = {
    "wan": (small.wan, small.wan_inputs),
    "vace": (small.vace, small.vace_inputs),
    "animate": (small.animate, small.animate_inputs),
    "umt5": (small.umt5, lambda: {"input_ids": torch.tensor([[3, 7, 1]]), "return_dict": False}),
}


def state_of(module: torch.nn.Module) -> dict[str, Any]:
    """Everything an exact inverse has to bring back."""
    tensors = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    return {
        "tensors": {
            name: (tensor.detach().clone(), tensor.dtype, tensor.stride(), tensor.device)
            for name, tensor in tensors.items()
        },
        "ids": {name: id(tensor) for name, tensor in tensors.items()},
        "hooks": [len(part._forward_hooks) + len(part._forward_pre_hooks) for part in module.modules()],
        "always": [len(part._forward_hooks_always_called) for part in module.modules()],
        "attributes": [sorted(vars(part)) for part in module.modules()],
    }


def assert_same(before: dict[str, Any], after: dict[str, Any]) -> None:
    for name, (tensor, *rest) in before["tensors"].items():
        other, *other_rest = after["tensors"][name]
        assert torch.equal(tensor, other), name
        assert rest == other_rest, name
    for what in ("ids", "hooks", "always", "attributes"):
        assert before[what] == after[what], what


class Watch:
    """Where the weights of each block are while it is at work."""

    def __init__(self, streamed: Streamed) -> None:
        self.order: list[str] = []
        self.elsewhere: list[str] = []
        for block in streamed.blocks:
            block.module.register_forward_pre_hook(self._look(streamed, block))

    def _look(self, streamed: Streamed, block: Any) -> Any:
        def look(*_: Any) -> None:
            self.order.append(block.name)
            ranges = [
                (slot.memory.data_ptr(), slot.memory.data_ptr() + slot.memory.numel())
                for slot in streamed.ring._slots
            ]
            for leaf in block.leaves:
                address = leaf.current().data_ptr()
                if not any(start <= address < end for start, end in ranges):
                    self.elsewhere.append(f"{block.name}.{leaf.name}")

        return look


@pytest.mark.parametrize("slots", [2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_streamed_is_bit_equal_and_undone(kind: str, slots: int) -> None:
    build, inputs = KINDS[kind]
    module = build()
    truth, before = small.forward(module, inputs()), state_of(module)
    streamed = stream_module(StreamRequest(module, Ring(CPU, slots), lookup_bytes=1))
    watch = Watch(streamed)
    for _ in range(3):
        assert torch.equal(small.forward(module, inputs()), truth)
    assert watch.elsewhere == []
    assert len(watch.order) == 3 * len(streamed.blocks)
    # at rest everything is at home
    assert all(
        leaf.current().data_ptr() == leaf.home.data_ptr() for b in streamed.blocks for leaf in b.leaves
    )
    for block in streamed.blocks:  # the watch is the test's own
        block.module._forward_pre_hooks.popitem()
    streamed.remove()
    assert_same(before, state_of(module))
    assert torch.equal(small.forward(module, inputs()), truth)
    assert streamed.ring.nbytes == 0


def test_the_arena_has_exactly_the_weights() -> None:
    module = small.wan()
    ring = Ring(CPU)
    streamed = stream_module(StreamRequest(module, ring))
    padded = sum(
        -(-tensor.numel() * tensor.element_size() // ALIGNMENT) * ALIGNMENT
        for block in module.blocks
        for tensor in block.parameters()
    )
    assert streamed.pinned_bytes == padded
    assert streamed.streamed_bytes == sum(
        tensor.numel() * tensor.element_size() for block in module.blocks for tensor in block.parameters()
    )
    small.forward(module, small.wan_inputs())
    assert ring.nbytes == 2 * max(block.nbytes for block in streamed.blocks)


@pytest.mark.parametrize(("dim", "ffn"), [(5120, 13824), (1536, 8960), (3072, 14336)])
def test_real_blocks_leave_no_gaps(dim: int, ffn: int) -> None:
    from diffusers.models.transformers.transformer_wan import WanTransformerBlock

    with torch.device("meta"):
        block = WanTransformerBlock(dim, ffn, dim // 128, "rms_norm_across_heads", True, 1e-6).bfloat16()
    assert all(one.numel() * one.element_size() % ALIGNMENT == 0 for one in block.parameters())


def test_the_table_of_words_stays_at_home() -> None:
    module, ring = small.umt5(), Ring(CPU)
    streamed = stream_module(StreamRequest(module, ring, lookup_bytes=1))
    assert [id(table.weight) for table in streamed._tables[:1]] == [id(module.shared.weight)]
    assert streamed.streamed_bytes + sum(
        tensor.numel() * tensor.element_size()
        for name, tensor in module.named_parameters()
        if ".block." not in name
    ) == sum(tensor.numel() * tensor.element_size() for tensor in module.parameters())


def test_each_pass_copies_each_block_once() -> None:
    module, ring = small.wan(layers=6), Ring(CPU)
    stream_module(StreamRequest(module, ring))
    for number in range(1, 5):
        small.forward(module, small.wan_inputs())
        assert ring.copies == 6 * number + 1  # the first block of the next pass is there already


def test_the_order_is_learned_where_blocks_take_turns() -> None:
    module, ring = small.animate(), Ring(CPU)
    streamed = stream_module(StreamRequest(module, ring))
    small.forward(module, small.animate_inputs())
    small.forward(module, small.animate_inputs())
    before = ring.copies
    small.forward(module, small.animate_inputs())
    assert ring.copies - before == len(streamed.blocks) == 6


@pytest.mark.parametrize("share", [0.0, 0.35, 0.6, 1.0])
def test_blocks_that_fit_stay(share: float) -> None:
    module = small.wan(layers=5)
    truth, before = small.forward(module, small.wan_inputs()), state_of(module)
    whole = sum(-(-t.numel() * 2 // ALIGNMENT) * ALIGNMENT for t in module.blocks.parameters())
    ring = Ring(CPU)
    streamed = stream_module(StreamRequest(module, ring, resident_bytes=int(share * whole)))
    assert len(streamed.resident) == int(5 * share)
    assert torch.equal(small.forward(module, small.wan_inputs()), truth)
    assert torch.equal(small.forward(module, small.wan_inputs()), truth)
    once = 5 - len(streamed.resident)  # what is no more than the slots is copied once for all
    assert ring.copies == (2 * once + 1 if once > 2 else once)
    # and another share for the next clip
    streamed.keep_resident(int((1 - share) * whole))
    assert len(streamed.resident) == 5 - int(-(-5 * share // 1))
    assert torch.equal(small.forward(module, small.wan_inputs()), truth)
    streamed.remove()
    assert_same(before, state_of(module))


def test_blocks_that_stay_have_their_places_before_the_work_and_give_them_back() -> None:
    module = small.wan(layers=5)
    truth = small.forward(module, small.wan_inputs())
    streamed = stream_module(StreamRequest(module, Ring(CPU)))
    streamed.keep_resident(streamed.pinned_bytes // 2)
    staying = [one for one in streamed._stations if one.resident]
    assert len(staying) == 2
    for _ in range(2):
        streamed.make_places()
        places = [one.own.data_ptr() for one in staying if one.own is not None]
        assert len(places) == 2
        for _ in range(2):
            assert torch.equal(small.forward(module, small.wan_inputs()), truth)
        assert [one.own.data_ptr() for one in staying if one.own is not None] == places
        streamed.leave_places()
        assert all(one.own is None for one in streamed._stations)
    streamed.remove()


def test_two_experts_share_a_ring() -> None:
    first, second, ring = small.wan(1), small.wan(2), Ring(CPU)
    truths = [small.forward(one, small.wan_inputs()) for one in (first, second)]
    both = [stream_module(StreamRequest(one, ring)) for one in (first, second)]
    for turn in (0, 0, 1, 1, 0, 1):
        assert torch.equal(small.forward((first, second)[turn], small.wan_inputs()), truths[turn])
    both[0].remove()
    assert torch.equal(small.forward(second, small.wan_inputs()), truths[1])
    assert torch.equal(small.forward(first, small.wan_inputs()), truths[0])


class Stop(Exception):
    pass


@pytest.mark.parametrize("where", [0, 2, 4])
@pytest.mark.parametrize("early", [True, False], ids=["before", "within"])
def test_stopped_in_the_middle(where: int, early: bool) -> None:
    module = small.wan()
    truth, before = small.forward(module, small.wan_inputs()), state_of(module)
    streamed = stream_module(StreamRequest(module, Ring(CPU)))

    def stop(*_: Any) -> None:
        raise Stop

    place = module.blocks[where] if early else module.blocks[where].ffn
    for _ in range(2):
        hook = place.register_forward_pre_hook(stop)
        with pytest.raises(Stop):
            small.forward(module, small.wan_inputs())
        hook.remove()
        for name, tensor in module.named_parameters():
            assert torch.equal(tensor, before["tensors"][name][0])
        assert torch.equal(small.forward(module, small.wan_inputs()), truth)
    streamed.remove()
    assert_same(before, state_of(module))


def test_tied_weights_and_buffers_stay() -> None:
    class Block(torch.nn.Module):
        def __init__(self, tied: torch.nn.Linear) -> None:
            super().__init__()
            self.own, self.tied = torch.nn.Linear(8, 8), tied
            self.register_buffer("count", torch.zeros(()))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.count += 1
            return self.tied(torch.relu(self.own(x)))

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = torch.nn.Linear(8, 8)
            self.blocks = torch.nn.ModuleList(Block(self.head) for _ in range(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for block in self.blocks:
                x = block(x)
            return self.head(x)

    model, x = Model().requires_grad_(False), torch.randn(2, 8)
    truth = model(x)
    streamed = stream_module(StreamRequest(model, Ring(CPU)))
    assert [leaf.name for leaf in streamed.blocks[0].leaves] == ["own.weight", "own.bias"]
    assert torch.equal(model(x), truth)
    streamed.remove()
    assert model.blocks[0].tied.weight is model.blocks[2].tied.weight is model.head.weight
    assert [int(block.count) for block in model.blocks] == [2, 2, 2]


def test_another_order_of_memory_is_kept() -> None:
    model = torch.nn.Module()
    model.blocks = torch.nn.ModuleList([torch.nn.Conv2d(4, 6, 3)])
    weight = model.blocks[0].weight
    weight.data = weight.data.to(memory_format=torch.channels_last)
    before, stride = weight.detach().clone(), weight.stride()
    streamed = stream_module(StreamRequest(model.requires_grad_(False), Ring(CPU)))
    model.blocks[0](torch.randn(1, 4, 5, 5))
    streamed.remove()
    assert torch.equal(weight, before)
    assert weight.stride() == stride != before.contiguous().stride()


def test_what_has_no_blocks_says_so() -> None:
    with pytest.raises(ValueError, match="nothing to stream"):
        stream_module(StreamRequest(torch.nn.Linear(2, 2), Ring(CPU)))

"""Both branches pass a block while it is there: the same bits, half the copies, whatever comes between."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch

from oelala.models.streaming import Ring, Streamed, StreamRequest, stream_module
from oelala.models.streaming.branches import Branches
from tests.models.streaming import small
from tests.models.streaming.test_stream import CPU, KINDS, Stop

LAYERS = 6


def steps(inputs: dict[str, Any], count: int = 4) -> list[dict[str, Any]]:
    """The calls of a pipeline with guidance: same latents and time twice, two prompts in turn."""
    generator = torch.Generator().manual_seed(8)
    texts = [inputs["encoder_hidden_states"], inputs["encoder_hidden_states"] * 0.5]
    calls = []
    for number in range(count):
        latents = torch.randn(inputs["hidden_states"].shape, generator=generator)
        shared = {
            "hidden_states": latents.to(inputs["hidden_states"].dtype),
            "timestep": torch.tensor([900 - 100 * number]),
        }
        calls += [{**inputs, **shared, "encoder_hidden_states": text} for text in texts]
    return calls


def streamed_with_branches(module: Any) -> tuple[Streamed, Branches]:
    streamed = stream_module(StreamRequest(module, Ring(CPU)))
    return streamed, Branches(streamed)


@pytest.mark.parametrize("kind", ["wan", "vace", "animate"])
def test_bit_equal_with_one_pass_of_the_weights(kind: str) -> None:
    build, inputs = KINDS[kind]
    module, calls = build(), steps(inputs())
    truths = [small.forward(module, call) for call in calls]
    streamed, branches = streamed_with_branches(module)
    before = streamed.ring.copies
    for number, (call, truth) in enumerate(zip(calls, truths, strict=True)):
        assert torch.equal(small.forward(module, call), truth)
        if number == 3:
            before = streamed.ring.copies
    assert branches.paired == 3
    assert streamed.ring.copies - before == 2 * len(streamed.blocks)  # two steps, one pass each
    branches.remove()
    streamed.remove()
    assert "forward" not in vars(module)
    assert all(not block._forward_hooks and not block._forward_pre_hooks for block in module.blocks)
    assert torch.equal(small.forward(module, calls[0]), truths[0])


def test_a_branch_that_waits_holds_one_hidden_state() -> None:
    module, calls = small.wan(layers=LAYERS), steps(small.wan_inputs())
    streamed_with_branches(module)
    for call in calls[:2]:
        small.forward(module, call)
    made: list[weakref.ref[torch.Tensor]] = []
    found: list[int] = []
    for block in module.blocks:
        block.register_forward_pre_hook(lambda *_: found.append(sum(one() is not None for one in made)))
        block.register_forward_hook(lambda _, __, answer: made.append(weakref.ref(answer)))
    small.forward(module, calls[2])
    assert found == [0, 1, *[2] * (2 * LAYERS - 3), 1]  # its own, and the other's; the first call ends first


def other_prompts(calls: list[dict[str, Any]]) -> None:
    for number, call in enumerate(calls[4:]):
        call["encoder_hidden_states"] = call["encoder_hidden_states"] + number


def no_second_branch(calls: list[dict[str, Any]]) -> None:
    del calls[5::2]


def written_to(calls: list[dict[str, Any]]) -> None:
    calls[5]["hidden_states"] = calls[5]["hidden_states"].clone()


def other_arguments(calls: list[dict[str, Any]]) -> None:
    calls[5]["attention_kwargs"] = {"scale": 1.0}


@pytest.mark.parametrize("change", [other_prompts, no_second_branch, written_to, other_arguments])
def test_a_wrong_guess_is_never_an_answer(change: Callable[[list[dict[str, Any]]], None]) -> None:
    module, calls = small.wan(), steps(small.wan_inputs(), 5)
    change(calls)
    truths = [small.forward(module, call) for call in calls]
    _, branches = streamed_with_branches(module)
    for call, truth in zip(calls, truths, strict=True):
        assert torch.equal(small.forward(module, call), truth)
    assert branches.paired >= 1


def test_latents_changed_in_place_are_computed_anew() -> None:
    module, calls = small.wan(), steps(small.wan_inputs(), 2)
    streamed_with_branches(module)
    for call in calls[:3]:
        small.forward(module, call)
    calls[3]["hidden_states"].add_(1)
    plain = small.wan()
    assert torch.equal(small.forward(module, calls[3]), small.forward(plain, calls[3]))


@pytest.mark.parametrize("arrival", [1, 2, 7, 8])
def test_stopped_in_either_branch(arrival: int) -> None:
    """The n-th block that begins raises: odd ones belong to the first branch, even ones to the second."""
    module, calls = small.wan(layers=LAYERS), steps(small.wan_inputs())
    truths = [small.forward(module, call) for call in calls]
    streamed, branches = streamed_with_branches(module)
    for call in calls[:2]:
        small.forward(module, call)
    count = 0

    def stop(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == arrival:
            raise Stop

    hooks = [block.register_forward_pre_hook(stop) for block in module.blocks]
    with pytest.raises(Stop):
        small.forward(module, calls[2])
    for hook in hooks:
        hook.remove()
    assert [thread.name for thread in threading.enumerate() if thread.name == "second branch"] == []
    for call, truth in zip(calls, truths, strict=True):
        assert torch.equal(small.forward(module, call), truth)
    branches.remove()
    streamed.remove()

"""Compiled blocks: hooks outside, the exact way back, and plain blocks where the compiler fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from oelala.errors import Cancelled
from oelala.models.single_file import load_with_config
from oelala.models.speed.compiling import CompiledBlocks, keep_graphs, repeated_blocks
from oelala.models.streaming import Branches, Ring, StreamRequest, stream_module
from tests.models.gguf_layout import write_q4_k_m
from tests.models.streaming import small

CPU = torch.device("cpu")


def traced(forward: Callable[..., Any]) -> Callable[..., Any]:
    """As the real one, but for the code that comes out: that is torch's own, and the bits are the same."""
    compiled: Callable[..., Any] = torch.compile(forward, fullgraph=True, dynamic=False, backend="eager")
    return compiled


def broken(forward: Callable[..., Any]) -> Callable[..., Any]:
    del forward

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no compiler here\nmore of it")

    return fail


@pytest.mark.parametrize(("kind", "blocks"), [("wan", 5), ("vace", 6), ("animate", 4)])
def test_the_blocks_that_repeat(kind: str, blocks: int) -> None:
    assert len(repeated_blocks(getattr(small, kind)())) == blocks


@pytest.mark.parametrize("streamed", [False, True])
def test_packed_weights_are_unpacked_inside_the_graph(tmp_path: Path, streamed: bool) -> None:
    torch._dynamo.reset()
    plain = small.packable()
    plain.save_config(tmp_path)
    write_q4_k_m(tmp_path / "x.gguf", plain, seed=1)
    module, inputs = load_with_config(tmp_path / "x.gguf", tmp_path, torch.bfloat16), small.wan_inputs()
    truth = small.forward(module, inputs)
    if streamed:
        stream_module(StreamRequest(module, Ring(CPU)))
    blocks = CompiledBlocks(repeated_blocks(module), traced)
    assert torch.equal(small.forward(module, inputs), truth)
    assert torch.equal(small.forward(module, inputs), truth)
    assert blocks.failed is None


@pytest.mark.parametrize("streamed", [False, True])
def test_the_same_bits_and_the_exact_way_back(streamed: bool) -> None:
    torch._dynamo.reset()
    module, inputs = small.wan(), small.wan_inputs()
    truth = small.forward(module, inputs)
    passing = stream_module(StreamRequest(module, Ring(CPU))) if streamed else None
    branches = Branches(passing) if passing else None
    blocks = CompiledBlocks(repeated_blocks(module), traced)
    for _ in range(3):
        assert torch.equal(small.forward(module, inputs), truth)
    assert blocks.failed is None
    assert blocks.seconds > 0
    blocks.remove()
    blocks.remove()
    assert all("forward" not in vars(block) for block in module.blocks)
    if branches and passing:
        branches.remove()
        passing.remove()
    assert torch.equal(small.forward(module, inputs), truth)


def test_one_graph_for_all_blocks_streamed_or_not() -> None:
    torch._dynamo.reset()
    graphs = 0

    def count(graph: Any, example: Any) -> Any:
        nonlocal graphs
        graphs += 1
        return graph.forward

    def counted(forward: Callable[..., Any]) -> Callable[..., Any]:
        compiled: Callable[..., Any] = torch.compile(forward, fullgraph=True, dynamic=False, backend=count)
        return compiled

    module, inputs = small.wan(), small.wan_inputs()
    with torch.no_grad():
        for _ in range(2):
            blocks = CompiledBlocks(repeated_blocks(module), counted)
            streamed = stream_module(StreamRequest(module, Ring(CPU)))
            module(**inputs)
            module(**inputs)
            streamed.remove()
            blocks.remove()
    assert graphs == 1


def test_what_was_put_there_before_comes_back() -> None:
    module = small.wan()
    own = module.blocks[2].forward
    module.blocks[2].forward = own
    CompiledBlocks(module.blocks, traced).remove()
    assert vars(module.blocks[2])["forward"] is own


def test_plain_blocks_where_the_compiler_fails(caplog: pytest.LogCaptureFixture) -> None:
    module, inputs = small.wan(), small.wan_inputs()
    truth = small.forward(module, inputs)
    blocks = CompiledBlocks(module.blocks, broken)
    assert torch.equal(small.forward(module, inputs), truth)
    assert blocks.failed == "RuntimeError: no compiler here"
    blocks.remove()


@pytest.mark.parametrize("fault", [Cancelled, torch.OutOfMemoryError])
def test_a_cancel_and_a_full_card_are_no_fault_of_the_compiler(fault: type[Exception]) -> None:
    module = small.wan()

    def stop(*_: Any, **__: Any) -> Any:
        raise fault

    blocks = CompiledBlocks(module.blocks, lambda _: stop)
    with pytest.raises(fault):
        small.forward(module, small.wan_inputs())
    assert blocks.failed is None
    blocks.remove()


def test_what_the_block_raises_itself_is_raised() -> None:
    module = small.wan()
    blocks = CompiledBlocks(module.blocks, traced)
    wrong = small.wan_inputs() | {"encoder_hidden_states": torch.zeros(1, 6, 7, dtype=torch.bfloat16)}
    with pytest.raises(RuntimeError, match="shape"):
        small.forward(module, wrong)
    blocks.remove()


def test_compiled_code_is_kept_where_no_one_else_writes(tmp_path: Path) -> None:
    environ = {"TRITON_CACHE_DIR": "/elsewhere"}
    keep_graphs(tmp_path, environ)
    assert environ == {"TORCHINDUCTOR_CACHE_DIR": str(tmp_path), "TRITON_CACHE_DIR": "/elsewhere"}

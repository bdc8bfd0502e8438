"""The time embedding once a frame: bit-equal to diffusers' own for each token."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from diffusers import WanTransformer3DModel

from oelala.models.catalog import find
from oelala.models.speed import CompiledBlocks
from oelala.models.speed.per_frame import ROWS, alike, time_per_frame

HEIGHT, WIDTH = 6, 8  # latents: 3 × 4 tokens a frame
TOKENS = HEIGHT * WIDTH // 4


def transformer(dtype: torch.dtype = torch.float32) -> Any:
    torch.manual_seed(3)
    module = WanTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=32,
        in_channels=8,
        out_channels=8,
        text_dim=16,
        ffn_dim=96,
        num_layers=2,
        cross_attn_norm=True,
    )
    exact = set(module._keep_in_fp32_modules or ())
    for name, parameter in module.named_parameters():
        if not exact & set(name.split(".")):
            parameter.data = parameter.data.to(dtype)
    return module.eval().requires_grad_(False)


def call(module: Any, timestep: torch.Tensor, frames: int, batch: int = 1) -> torch.Tensor:
    random = torch.Generator().manual_seed(7)
    dtype = module.patch_embedding.weight.dtype
    hidden = torch.randn(batch, 8, frames, HEIGHT, WIDTH, generator=random).to(dtype)
    text = torch.randn(batch, 5, 16, generator=random).to(dtype)
    answer: torch.Tensor = module(hidden, timestep, text, return_dict=False)[0]
    return answer


def times(frames: int, first: float, batch: int = 1) -> torch.Tensor:
    """As the pipelines make them: the first frame's tokens have their own."""
    each = torch.full((batch, frames), 637.0)
    each[:, 0] = first
    return each.repeat_interleave(TOKENS, dim=1)


@torch.no_grad()
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("frames", [1, 3, 9, 21])
@pytest.mark.parametrize("first", [637.0, 0.0], ids=["text", "picture"])
@pytest.mark.parametrize("batch", [1, 2])
def test_bit_equal_to_plain_diffusers(dtype: torch.dtype, frames: int, first: float, batch: int) -> None:
    module = transformer(dtype)
    timestep = times(frames, first, batch)
    plain = call(module, timestep, frames, batch)
    with time_per_frame(module, rows=16):
        assert torch.equal(call(module, timestep, frames, batch), plain)
    with time_per_frame(module):
        assert torch.equal(call(module, timestep, frames, batch), plain)
    assert torch.equal(call(module, timestep, frames, batch), plain)
    assert not torch.equal(call(module, times(frames, 12.0, batch), frames, batch), plain)


@torch.no_grad()
def test_no_block_sees_a_row_for_each_token() -> None:
    module, seen = transformer(), []
    for block in module.blocks:
        block.register_forward_pre_hook(lambda _, args: seen.append(tuple(args[2].shape)))
    with time_per_frame(module):
        call(module, times(9, 0.0), 9)
    assert seen == [(1, 9, 6, 64)] * 2


@torch.no_grad()
def test_tokens_that_differ_within_a_frame_are_worked_out_one_by_one() -> None:
    module, timestep = transformer(), times(3, 0.0)
    timestep[0, 5] = 99.0
    assert not alike(timestep.view(1, 3, TOKENS))
    plain = call(module, timestep, 3)
    with time_per_frame(module):
        assert torch.equal(call(module, timestep, 3), plain)


@torch.no_grad()
def test_one_timestep_for_all_is_left_alone() -> None:
    module, timestep = transformer(), torch.tensor([500])
    plain = call(module, timestep, 3)
    with time_per_frame(module):
        assert torch.equal(call(module, timestep, 3), plain)


@torch.no_grad()
def test_nothing_is_left_behind() -> None:
    module = transformer()
    with pytest.raises(KeyError), time_per_frame(module):
        raise KeyError
    assert not any("forward" in vars(part) for part in module.modules())
    assert not any(part._forward_pre_hooks for part in module.modules())


@torch.no_grad()
@pytest.mark.parametrize("timestep", [times(9, 0.0), torch.tensor([500])], ids=["per token", "one"])
def test_blocks_are_compiled_on_top_of_it(timestep: torch.Tensor) -> None:
    """In one piece, as `compile_plainly` does it; without making code of it."""
    torch._dynamo.reset()
    module, compiled = transformer(), []

    def compiler(forward: Any) -> Any:
        compiled.append(forward)
        return torch.compile(forward, fullgraph=True, dynamic=False, backend="eager")

    plain = call(module, timestep, 9)
    with time_per_frame(module, rows=16):
        blocks = CompiledBlocks(list(module.blocks), compiler)
        assert torch.equal(call(module, timestep, 9), plain)
        assert blocks.failed is None
        blocks.remove()
        assert torch.equal(call(module, timestep, 9), plain)
    assert len({forward.__func__ for forward in compiled}) == 1, "one graph serves all blocks"
    assert not any("forward" in vars(block) for block in module.blocks)


def test_the_catalog_counts_its_rows() -> None:
    compute = find("wan2.2-ti2v-5b").compute
    assert compute is not None
    assert compute.time_rows == ROWS

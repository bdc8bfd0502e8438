"""A UNet that computes in pieces: the same but for rounding, and afterwards as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import pytest
import torch
from diffusers import UNetSpatioTemporalConditionModel
from diffusers.models.attention import FeedForward, TemporalBasicTransformerBlock

from oelala.models.slicing import branches_apart, feed_forward_in_slices

FRAMES = 7  # a prime: any number of frames goes
Way = Callable[[Any], AbstractContextManager[None]]


@contextmanager
def both(unet: Any) -> Iterator[None]:
    with feed_forward_in_slices(unet), branches_apart(unet):
        yield


WAYS: list[Way] = [feed_forward_in_slices, branches_apart, both]


@pytest.fixture
def unet() -> UNetSpatioTemporalConditionModel:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        made = UNetSpatioTemporalConditionModel(
            block_out_channels=(32, 64),
            layers_per_block=1,
            down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
            up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
            cross_attention_dim=32,
            num_attention_heads=2,
            projection_class_embeddings_input_dim=48,
            addition_time_embed_dim=16,
        )
    return made.eval()


@torch.no_grad()
def answer(unet: Any, dtype: torch.dtype) -> torch.Tensor:
    """Of two different branches, rounded to 16 bits before the work."""
    random = torch.Generator().manual_seed(1)

    def given(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=random).to(torch.bfloat16).to(dtype)

    sample, picture, ids = given(2, FRAMES, 8, 8, 8), given(2, 1, 32), given(2, 3)
    unet.to(torch.bfloat16).to(dtype)
    found = unet(
        sample, torch.tensor(1.0), encoder_hidden_states=picture, added_time_ids=ids, return_dict=False
    )
    answered: torch.Tensor = found[0]
    return answered


@pytest.mark.parametrize("way", WAYS)
def test_pieces_differ_by_rounding_alone(unet: Any, way: Way) -> None:
    unet = unet.to(torch.bfloat16)
    rough = answer(unet, torch.bfloat16)
    with way(unet):
        pieces = answer(unet, torch.bfloat16)
    exact = answer(unet, torch.float64)
    with way(unet):
        again = answer(unet, torch.float64)
    assert (again - exact).abs().max() < 1e-12 < 0.1 < exact.std()
    assert not torch.equal(exact[0], exact[1])
    assert (pieces - exact).std() < 1.2 * (rough - exact).std(), "no farther from the truth"


def test_one_frame_at_a_time_is_in_the_wide_layers(unet: Any) -> None:
    seen: set[int] = set()
    temporal: set[int] = set()
    wide = [module for module in unet.modules() if isinstance(module, FeedForward)]
    across = {
        id(inner)
        for block in unet.modules()
        if isinstance(block, TemporalBasicTransformerBlock)
        for inner in (block.ff_in, block.ff)
    }
    for layer in wide:
        along = 1 if id(layer) in across else 0
        found = temporal if along else seen
        layer.register_forward_pre_hook(lambda _, args, at=along, to=found: to.add(args[0].shape[at]))
    answer(unet, torch.float32)
    assert (seen, temporal) == ({2 * FRAMES}, {FRAMES})
    seen.clear()
    temporal.clear()
    with feed_forward_in_slices(unet):
        answer(unet, torch.float32)
    assert (seen, temporal) == ({1}, {1})


def test_branches_pass_the_blocks_one_after_the_other(unet: Any) -> None:
    seen: list[int] = []
    unet.conv_in.register_forward_pre_hook(lambda _, args: seen.append(args[0].shape[0]))
    with branches_apart(unet):
        assert answer(unet, torch.float32).shape[:2] == (2, FRAMES)
    assert seen == [FRAMES, FRAMES]


@pytest.mark.parametrize("fails", [False, True])
def test_afterwards_it_is_as_it_was(unet: Any, fails: bool) -> None:
    before = answer(unet, torch.float32)
    unet.down_blocks[0].attentions[0].transformer_blocks[0].set_chunk_feed_forward(2, 1)
    sizes = chunks(unet)
    with ExitStack() as stack:
        if fails:
            stack.enter_context(pytest.raises(torch.OutOfMemoryError))
        with both(unet):
            assert chunks(unet) != sizes
            if fails:
                raise torch.OutOfMemoryError
    assert chunks(unet) == sizes
    assert "forward" not in vars(unet)
    unet.down_blocks[0].attentions[0].transformer_blocks[0].set_chunk_feed_forward(None)
    assert torch.equal(answer(unet, torch.float32), before)


def test_a_forward_of_its_own_comes_back(unet: Any) -> None:
    own = unet.forward
    unet.forward = own
    with branches_apart(unet):
        assert vars(unet)["forward"] is not own
    assert vars(unet)["forward"] is own


def chunks(unet: Any) -> list[tuple[int | None, int | None]]:
    blocks = [block for block in unet.modules() if hasattr(block, "set_chunk_feed_forward")]
    return [(block._chunk_size, block._chunk_dim) for block in blocks]

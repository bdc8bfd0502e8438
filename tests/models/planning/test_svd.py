"""Stable Video Diffusion: counted over its modules, and decoded in fewer frames at once where it must be."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKLTemporalDecoder, UNetSpatioTemporalConditionModel
from torch.overrides import TorchFunctionMode

from oelala.models.catalog import find
from oelala.models.planning import ladder, next_step, plan_run, work_of
from oelala.models.planning.memory import part_sizes
from oelala.models.streaming.places import block_names
from oelala.texts import LANGUAGES, say
from tests.models.official import build
from tests.models.planning.counting import Live
from tests.models.planning.machines import GIB, machine, request

NEAR = 1.1
SIZE = {"width": 512, "height": 320, "num_frames": 5, "max_guidance_scale": 3.0}


class WithoutProducts(TorchFunctionMode):
    """Attention as a card does it: without the products of all tokens with all others."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.nn.functional.scaled_dot_product_attention:
            query, _, value = args[:3]
            return query.new_empty((*query.shape[:-1], value.shape[-1]))
        return func(*args, **(kwargs or {}))


def empty(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.empty(shape, dtype=dtype, device="meta")


@torch.no_grad()
def test_the_unet_holds_no_more_than_planned() -> None:
    """Of its four levels the outer two, where the peak is."""
    with torch.device("meta"):
        unet = UNetSpatioTemporalConditionModel(
            down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
            up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
            block_out_channels=(320, 640),
            num_attention_heads=(5, 10),
        )
    unet = unet.eval().to("meta", torch.float16)
    latents = empty(2, 5, 8, 40, 64, dtype=torch.float16)
    picture, times = empty(2, 1, 1024, dtype=torch.float16), empty(2, 3, dtype=torch.float16)
    with Live() as live, WithoutProducts():
        unet(latents, empty(1), picture, added_time_ids=times)
    work = work_of(find("svd"), SIZE)
    assert live.peak <= work.activation_bytes <= NEAR * live.peak
    alone = work_of(find("svd"), {**SIZE, "max_guidance_scale": 1.0})
    assert alone.activation_bytes == work.activation_bytes / 2


@torch.no_grad()
def test_the_vae_holds_no_more_than_planned() -> None:
    vae = deepcopy(build(find("svd"), "vae")).to("meta")
    assert isinstance(vae, AutoencoderKLTemporalDecoder)
    for chunk in (4, 1):
        with Live() as live:
            vae.decode(empty(chunk, 4, 40, 64), num_frames=chunk)
        work = work_of(find("svd"), {**SIZE, "decode_chunk_size": chunk})
        assert live.peak <= work.decode_bytes <= NEAR * live.peak
    with Live() as live:
        vae.encode(empty(1, 3, 320, 512))
    assert live.peak <= work.encode_bytes <= NEAR * live.peak


def test_its_ring_holds_the_largest_levels_of_the_unet() -> None:
    unet = build(find("svd"), "unet")
    sizes = [
        sum(parameter.numel() for parameter in unet.get_submodule(name).parameters())
        for name in block_names(unet)
    ]
    size = next(one for one in part_sizes(find("svd"), gpu=True) if one.name == "unet")
    assert 2 * 2 * max(sizes) <= size.slice <= NEAR * 2 * 2 * max(sizes)


@pytest.mark.parametrize(("vram", "chunk"), [(40, 8), (24, 8), (16, 4), (12, 2)])
def test_fewer_frames_at_a_time_where_the_card_is_small(vram: float, chunk: int) -> None:
    plan = plan_run(request("svd", machine(vram, 64)))
    assert (plan.fits, plan.decode_chunk, plan.wished_chunk) == (True, chunk, 8)
    for language in LANGUAGES:
        said = " ".join(say(key, language, **values) for key, values in plan.words)
        assert (f" {chunk} " in said) is (chunk < 8)
        assert "{" not in said


def test_the_ladder_never_asks_for_more_than_was_wished() -> None:
    for wish, chunks in ((8, [8, 8, 8, 4, 2, 1]), (3, [3, 3, 3, 2, 1]), (1, [1, 1, 1])):
        plans = ladder(request("svd", machine(12, 64), decode_chunk_size=wish))
        assert [plan.decode_chunk for plan in plans] == chunks


def test_a_retry_decodes_fewer_frames_at_a_time() -> None:
    asked = request("svd", machine(40, 64))
    below = ladder(replace(asked, frugal=True))
    tries = [plan_run(asked)]
    while (following := next_step(below, tries[-1])) is not None:
        tries.append(following)
    assert tries[0].decode_chunk == 8
    chunks = [plan.decode_chunk for plan in tries]
    assert chunks[-2:] == [4, 2], "one frame at once would save nothing: the UNet needs more"
    assert chunks == sorted(chunks, reverse=True)


def test_eight_frames_are_not_promised_to_a_common_card() -> None:
    work = work_of(find("svd"), find("svd").defaults["image-to-video"])
    assert work.decode_chunk == 8
    assert work.decode_bytes > 18 * GIB, "four tensors of 256 channels"
    assert work.activation_bytes > 4 * GIB

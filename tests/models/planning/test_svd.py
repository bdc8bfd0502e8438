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
from oelala.models.slicing import branches_apart, feed_forward_in_slices
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


def outer_levels() -> Any:
    """Of its four levels the outer two, where the peak is."""
    with torch.device("meta"):
        unet = UNetSpatioTemporalConditionModel(
            down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
            up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
            block_out_channels=(320, 640),
            num_attention_heads=(5, 10),
        )
    return unet.eval().to("meta", torch.float16)


@torch.no_grad()
def held(unet: Any) -> int:
    """Bytes at the peak of a pass of `SIZE`."""
    latents = empty(2, 5, 8, 40, 64, dtype=torch.float16)
    picture, times = empty(2, 1, 1024, dtype=torch.float16), empty(2, 3, dtype=torch.float16)
    with Live() as live, WithoutProducts():
        unet(latents, empty(1), picture, added_time_ids=times, return_dict=False)
    return live.peak


def test_the_unet_holds_no_more_than_planned() -> None:
    peak = held(outer_levels())
    work = work_of(find("svd"), SIZE)
    assert peak <= work.activation_bytes <= NEAR * peak
    alone = work_of(find("svd"), {**SIZE, "max_guidance_scale": 1.0})
    assert alone.activation_bytes == work.activation_bytes / 2


def test_with_its_wide_layers_in_slices_it_holds_little_more_than_half() -> None:
    unet, whole = outer_levels(), work_of(find("svd"), SIZE).activation_bytes
    with feed_forward_in_slices(unet):
        sliced = held(unet)
        with branches_apart(unet):
            apart = held(unet)
    work = work_of(find("svd"), SIZE, slicing="feed-forward")
    assert sliced <= work.activation_bytes <= NEAR * sliced
    assert work.activation_bytes < 0.6 * whole
    work = work_of(find("svd"), SIZE, slicing="branches")
    assert apart <= work.activation_bytes <= NEAR * apart
    single = work_of(find("svd"), {**SIZE, "max_guidance_scale": 1.0}, slicing="feed-forward")
    assert single.activation_bytes == work.activation_bytes
    assert (work.rounds, work.passes) == (2, 1), "its weights come once for each branch"


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


@pytest.mark.parametrize(
    ("model", "vram", "chunk", "slicing"),
    [
        ("svd", 40, 8, "none"),
        ("svd", 24, 8, "none"),
        ("svd", 16, 4, "none"),
        ("svd", 12, 2, "none"),
        ("svd", 8, 2, "feed-forward"),
        ("svd-xt", 16, 4, "none"),
        ("svd-xt", 12, 2, "feed-forward"),
        ("svd-xt", 8, 2, "branches"),
    ],
)
def test_fewer_frames_at_a_time_where_the_card_is_small(
    model: str, vram: float, chunk: int, slicing: str
) -> None:
    plan = plan_run(request(model, machine(vram, 64)))
    assert (plan.fits, plan.decode_chunk, plan.wished_chunk) == (True, chunk, 8)
    assert plan.slicing == slicing
    for language in LANGUAGES:
        said = " ".join(say(key, language, **values) for key, values in plan.words)
        assert (f" {chunk} " in said) is (chunk < 8)
        assert "{" not in said


def test_the_ladder_never_asks_for_more_than_was_wished() -> None:
    for wish, chunks in ((8, [4, 2, 1]), (3, [2, 1]), (1, [])):
        plans = ladder(request("svd", machine(12, 64), decode_chunk_size=wish))
        found = [(plan.decode_chunk, plan.slicing) for plan in plans[2:]]
        ways = ("none", "feed-forward", "branches")  # none of them changes the picture: before fewer frames
        assert found == [(chunk, way) for chunk in (wish, *chunks) for way in ways]


def test_without_guidance_there_are_no_branches_to_part() -> None:
    plans = ladder(request("svd", machine(12, 64), max_guidance_scale=1.0))
    assert {plan.slicing for plan in plans} == {"none", "feed-forward"}


def test_only_this_unet_is_sliced() -> None:
    for model in ("wan2.2-ti2v-5b", "wan2.1-i2v-14b-480p", "oelala-mini"):
        assert {plan.slicing for plan in ladder(request(model, machine(6, 64)))} == {"none"}


def test_a_retry_decodes_fewer_frames_at_a_time() -> None:
    asked = request("svd", machine(40, 64))
    below = ladder(replace(asked, frugal=True))
    tries = [plan_run(asked)]
    while (following := next_step(below, tries[-1])) is not None:
        tries.append(following)
    assert tries[0].decode_chunk == 8
    ways = [(plan.decode_chunk, plan.slicing) for plan in tries[-4:]]
    assert ways == [(2, "none"), (2, "feed-forward"), (1, "feed-forward"), (1, "branches")]
    chunks = [plan.decode_chunk for plan in tries]
    assert chunks == sorted(chunks, reverse=True)


def test_eight_frames_are_not_promised_to_a_common_card() -> None:
    work = work_of(find("svd"), find("svd").defaults["image-to-video"])
    assert work.decode_chunk == 8
    assert work.decode_bytes > 18 * GIB, "four tensors of 256 channels"
    assert work.activation_bytes > 4 * GIB

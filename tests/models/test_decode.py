"""Decoding one latent frame after the other: the same pictures, and nothing that stays."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKLWan

from oelala.models.decode import decode_in_16_bits, decode_wan, denormalised
from oelala.models.device import decodes_in_16_bits
from oelala.models.manager import ModelSpec
from tests.models.tiny import MINI, WAN21, TinyModels


@pytest.fixture(scope="module", params=[MINI, WAN21])
def pipeline(
    request: pytest.FixtureRequest, tiny: TinyModels, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    with tiny.manager(tmp_path_factory.mktemp("workspace")).use(ModelSpec(request.param)) as loan:
        yield loan.pipeline


@pytest.fixture
def own(pipeline: Any) -> Iterator[Any]:
    """With a VAE that a test may change."""
    vae = pipeline.vae
    pipeline.vae = copy.deepcopy(vae)
    yield pipeline
    pipeline.vae = vae


@pytest.fixture(scope="module")
def truth(pipeline: Any) -> torch.Tensor:
    """Of `latents_for(pipeline)`."""
    return whole(pipeline, latents_for(pipeline))


def latents_for(pipeline: Any, frames: int = 4, side: int = 4) -> torch.Tensor:
    random = torch.Generator().manual_seed(3)
    return torch.randn(1, pipeline.vae.config.z_dim, frames, side, side, generator=random)


@torch.no_grad()
def whole(pipeline: Any, latents: torch.Tensor) -> torch.Tensor:
    """As the pipeline decodes it."""
    decoded = pipeline.vae.decode(denormalised(pipeline.vae, latents), return_dict=False)[0]
    video: torch.Tensor = pipeline.video_processor.postprocess_video(decoded, output_type="pt")[0]
    return video


def test_the_pictures_are_those_of_decoding_all_at_once(pipeline: Any, truth: torch.Tensor) -> None:
    latents = latents_for(pipeline)
    chunks = list(decode_wan(pipeline, latents))
    assert [len(chunk) for chunk in chunks] == [1, 4, 4, 4]
    assert torch.equal(torch.cat(chunks), truth)


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_one_that_is_left_in_the_middle_leaves_no_trace(
    pipeline: Any, truth: torch.Tensor, taken: int
) -> None:
    latents = latents_for(pipeline)
    chunks = decode_wan(pipeline, -latents)
    for _ in range(taken):
        next(chunks)
    chunks.close()
    assert all(one is None for one in pipeline.vae._feat_map)
    assert torch.equal(torch.cat(list(decode_wan(pipeline, latents))), truth)


def test_a_fault_in_a_chunk_leaves_no_trace(pipeline: Any, truth: torch.Tensor) -> None:
    latents = latents_for(pipeline)
    calls: list[int] = []

    def fail(*_: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise OSError("in the middle")

    handle = pipeline.vae.decoder.up_blocks[1].register_forward_pre_hook(fail)
    with pytest.raises(OSError, match="in the middle"):
        list(decode_wan(pipeline, -latents))
    handle.remove()
    assert torch.equal(torch.cat(list(decode_wan(pipeline, latents))), truth)


def test_tiles_are_those_of_the_vae(own: Any) -> None:
    pixel = own.vae.spatial_compression_ratio
    own.vae.enable_tiling(4 * pixel, 4 * pixel, 2 * pixel, 2 * pixel)
    latents = latents_for(own, side=6)
    chunks = list(decode_wan(own, latents))
    assert max(len(chunk) for chunk in chunks) == 4
    assert torch.equal(torch.cat(chunks), whole(own, latents))


def test_16_bits_are_for_the_decoder_alone(own: Any, truth: torch.Tensor) -> None:
    latents = latents_for(own)
    vae: AutoencoderKLWan = own.vae
    decode_in_16_bits(vae)
    assert vae.dtype == torch.float32  # what pipelines give to the encoder
    made = torch.cat(list(decode_wan(own, latents)))
    assert made.dtype == torch.float32
    assert 0 < (made - truth).abs().mean() < 0.01
    assert torch.equal(whole(own, latents), made)  # also by the VAE itself


def test_a_processor_decodes_in_32_bits() -> None:
    assert not decodes_in_16_bits(16, torch.device("cpu"))
    assert not decodes_in_16_bits(32, torch.device("cuda"))

"""The tiny decoder for previews: the exact weights of the public files, the same frames however it is cut."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from oelala.models.catalog import TINY_DECODERS, find, installation, rows
from oelala.models.latent_factors import FACTORS, published_preview
from oelala.models.latent_preview import LatentPreview
from oelala.models.manager import ModelSpec
from oelala.models.plan import LoadPlan, plan_load
from oelala.models.preview_store import PreviewStore
from oelala.models.tiny_decoder import TinyDecoder, TinyPreview, load_tiny_decoder
from tests.models.official import build
from tests.models.tiny import WAN21, TinyModels

# taehv.py, `TAEHV.decoder`: (index, weight's shape), and the 3 × 3 convolutions of its memory blocks
PLAIN = {
    1: (256, 0, 3, 3),
    7: (256, 256, 1, 1),
    8: (128, 256, 3, 3),
    13: (256, 128, 1, 1),
    14: (64, 128, 3, 3),
    19: (128, 64, 1, 1),
    20: (64, 64, 3, 3),
    22: (0, 64, 3, 3),
}
BLOCKS = {3: 256, 4: 256, 5: 256, 9: 128, 10: 128, 11: 128, 15: 64, 16: 64, 17: 64}
WITH_BIAS, GROWING = (1, 22), (7, 13, 19)


def public_shapes(channels: int, patch: int) -> dict[str, tuple[int, ...]]:
    """Every tensor of the decoder in the public file."""
    shapes: dict[str, tuple[int, ...]] = {}
    for index, shape in PLAIN.items():
        out, into, *kernel = shape
        whole = (out or 3 * patch**2, into or channels, *kernel)
        shapes[f"decoder.{index}.{'conv.' if index in GROWING else ''}weight"] = whole
        if index in WITH_BIAS:
            shapes[f"decoder.{index}.bias"] = whole[:1]
    for index, width in BLOCKS.items():
        for layer, into in ((0, 2 * width), (2, width), (4, width)):
            shapes[f"decoder.{index}.conv.{layer}.weight"] = (width, into, 3, 3)
            shapes[f"decoder.{index}.conv.{layer}.bias"] = (width,)
    return shapes


def public_file(file: Path, channels: int, patch: int, dtype: torch.dtype = torch.float16) -> Path:
    """Random weights under the public names, an encoder's beside them."""
    random = torch.Generator().manual_seed(1)
    tensors = {
        name: (torch.randn(shape, generator=random) / math.prod(shape[1:]) ** 0.5).to(dtype)
        for name, shape in public_shapes(channels, patch).items()
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file({**tensors, "encoder.0.weight": torch.zeros(64, 3, 3, 3, dtype=dtype)}, file)
    return file


@pytest.mark.parametrize("latents", TINY_DECODERS)
def test_names_and_shapes_are_those_of_the_public_files(tmp_path: Path, latents: str) -> None:
    tiny = TINY_DECODERS[latents]
    decoder = TinyDecoder(tiny.channels, tiny.patch)
    own = {name: tuple(value.shape) for name, value in decoder.state_dict().items()}
    assert own == public_shapes(tiny.channels, tiny.patch)
    file = public_file(tmp_path / tiny.file, tiny.channels, tiny.patch)
    assert load_tiny_decoder(file, tiny.channels, tiny.patch) is not None
    assert load_tiny_decoder(file, tiny.channels + 1, tiny.patch) is None
    assert load_tiny_decoder(tmp_path / "absent.safetensors", tiny.channels, tiny.patch) is None


@pytest.mark.parametrize("latents", TINY_DECODERS)
@pytest.mark.parametrize("frames", [1, 2, 6])
def test_it_makes_every_frame_of_the_clip(latents: str, frames: int) -> None:
    tiny = TINY_DECODERS[latents]
    compression = 8 * tiny.patch
    with torch.no_grad():
        whole = TinyDecoder(tiny.channels, tiny.patch)(torch.randn(frames, tiny.channels, 4, 6))
    assert whole.shape == (4 * frames - 3, 3, 4 * compression, 6 * compression)


def chain(decoder: TinyDecoder, frames: torch.Tensor) -> torch.Tensor:
    """As the public code goes: every block over all frames, the past shifted in from zeros."""
    for layer in decoder.decoder:
        if hasattr(layer, "conv") and isinstance(layer.conv, torch.nn.Sequential):
            past = torch.cat([torch.zeros_like(frames[:1]), frames[:-1]])
            frames = torch.relu(layer.conv(torch.cat([frames, past], 1)) + frames)
        elif hasattr(layer, "conv"):
            frames = layer.conv(frames).reshape(-1, *frames.shape[1:])
        else:
            frames = layer(frames)
    return torch.nn.functional.pixel_shuffle(frames, decoder._patch)[3:]


@torch.no_grad()
def test_in_groups_it_is_the_same_as_at_once() -> None:
    torch.manual_seed(2)
    decoder, latents = TinyDecoder(48, 2, doublings=1), torch.randn(11, 48, 3, 3)
    torch.testing.assert_close(decoder(latents), chain(decoder, latents))
    early = decoder(latents[:5])
    torch.testing.assert_close(early, decoder(latents)[: len(early)])  # nothing of the future


def load_plan_of(tiny: TinyModels, workspace: Path) -> tuple[LoadPlan, Any]:
    manager = tiny.manager(workspace)
    with manager.use(ModelSpec(WAN21)) as loan:
        row, models = manager.row(WAN21), manager._settings.models
        return plan_load(row, models, manager.device, manager._hashes), loan.pipeline.vae


def test_it_is_used_once_it_is_here(tiny: TinyModels, tmp_path: Path) -> None:
    load, vae = load_plan_of(tiny, tmp_path)
    models, device = tmp_path / "hub", torch.device("cpu")
    store = PreviewStore(tmp_path / "fits", models, device, tiny=True)
    before = store.of(load, vae)
    assert isinstance(before, LatentPreview)
    assert not (tmp_path / "fits").exists(), "nothing had to be fitted"
    row = TINY_DECODERS["wan-16"].row
    public_file(models / row.repo / "taew2_1.safetensors", 16, 1)
    preview = store.of(load, vae)
    assert isinstance(preview, TinyPreview)
    assert (before.pace, preview.pace) == (1, 4)
    latents = torch.randn(1, 16, 3, 8, 8)
    assert before(latents).shape == (3, 8, 8, 3)
    frames = preview(latents)
    assert (frames.shape, frames.dtype) == ((9, 16, 16, 3), np.uint8)
    assert frames.std() > 1
    assert isinstance(PreviewStore(tmp_path / "fits", models, device).of(load, vae), LatentPreview)


def test_without_room_on_the_card_previews_go_on_small() -> None:
    fallback = published_preview("wan-16", 16)
    assert fallback is not None

    class Full(TinyDecoder):
        def forward(self, latents: torch.Tensor) -> torch.Tensor:
            raise torch.OutOfMemoryError("CUDA out of memory")

    preview, latents = TinyPreview(Full(16), fallback, torch.device("cpu")), torch.randn(1, 16, 2, 4, 4)
    assert np.array_equal(preview(latents), fallback(latents))
    assert preview.pace == 1


@pytest.mark.parametrize("latents", FACTORS)
def test_published_factors_are_a_matrix_of_colours(latents: str) -> None:
    channels = len(FACTORS[latents][0])
    preview = published_preview(latents, channels)
    assert preview is not None
    grey = preview(torch.zeros(1, channels, 1, 2, 2))
    bias = torch.tensor(FACTORS[latents][1])
    assert grey[0, 0, 0].tolist() == (bias * 127.5 + 127.5).round().int().tolist()
    one = torch.zeros(1, channels, 1, 2, 2)
    one[:, 3] = 1.0
    wanted = ((bias + torch.tensor(FACTORS[latents][0][3])) * 127.5 + 127.5).round().int().tolist()
    assert preview(one)[0, 1, 1].tolist() == wanted
    assert published_preview(latents, channels + 1) is None
    assert published_preview(None, channels) is None


def test_every_large_wan_says_whose_latents_it_has() -> None:
    for row in rows():
        if row.family == "wan" and row.folder is None:
            latents = row.components["vae"].latents
            assert latents is not None
            channels = build(row, "vae").config.z_dim
            assert TINY_DECODERS[latents].channels == channels == len(FACTORS[latents][0])


def test_it_is_no_model_but_can_be_found(tmp_path: Path) -> None:
    for tiny in TINY_DECODERS.values():
        assert find(tiny.row.id) is tiny.row
        assert tiny.row not in rows()
        assert installation(tiny.row, tmp_path) is None

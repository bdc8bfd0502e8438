"""The official configs, built without memory: names and sizes are what the catalog says."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from diffusers import AutoencoderKLWan, WanTransformer3DModel
from transformers import UMT5Config, UMT5EncoderModel

from oelala.models.catalog import Component, find, rows

_WAN: dict[str, Any] = {
    "patch_size": (1, 2, 2),
    "attention_head_dim": 128,
    "in_channels": 16,
    "out_channels": 16,
    "text_dim": 4096,
    "freq_dim": 256,
    "cross_attn_norm": True,
    "qk_norm": "rms_norm_across_heads",
    "eps": 1e-6,
}
_14B = _WAN | {"num_attention_heads": 40, "ffn_dim": 13824, "num_layers": 40}
TRANSFORMERS: dict[str, dict[str, Any]] = {
    "wan2.1-t2v-1.3b": _WAN | {"num_attention_heads": 12, "ffn_dim": 8960, "num_layers": 30},
    "wan2.1-t2v-14b": _14B,
    "wan2.2-t2v-a14b": _14B,
    "wan2.2-ti2v-5b": _WAN
    | {"num_attention_heads": 24, "ffn_dim": 14336, "num_layers": 30, "in_channels": 48, "out_channels": 48},
}
VAE_22: dict[str, Any] = {
    "base_dim": 160,
    "decoder_base_dim": 256,
    "z_dim": 48,
    "temperal_downsample": [False, True, True],
    "is_residual": True,
    "in_channels": 12,
    "out_channels": 12,
    "patch_size": 2,
    "scale_factor_spatial": 16,
    "scale_factor_temporal": 4,
    "latents_mean": [0.0] * 48,
    "latents_std": [1.0] * 48,
}
UMT5_XXL = UMT5Config(vocab_size=256384, d_model=4096, d_kv=64, num_heads=64, d_ff=10240, num_layers=24)
LARGE = [row for row in rows() if row.folder is None]


def check(part: Component, module: torch.nn.Module, sizes: tuple[int, ...] = (2, 4)) -> None:
    """The count of numbers is exact; the bytes are those of 16 or 32 bits each, up to file headers."""
    count = sum(parameter.numel() for parameter in module.parameters())
    assert part.parameters == count
    assert min(abs(part.bytes - size * count) / part.bytes for size in sizes) < 1e-3


@pytest.mark.parametrize("row", LARGE, ids=lambda row: row.id)
def test_every_part_has_the_size_that_is_told(row: Any) -> None:
    config = TRANSFORMERS[row.id]
    with torch.device("meta"):
        transformer = WanTransformer3DModel(**config)
        vae = AutoencoderKLWan(**(VAE_22 if config["in_channels"] == 48 else {}))
        text_encoder = UMT5EncoderModel(UMT5_XXL)
    check(row.components["transformer"], transformer)
    if "transformer_2" in row.components:
        check(row.components["transformer_2"], transformer)
    check(row.components["vae"], vae, sizes=(4,))
    check(row.components["text_encoder"], text_encoder)
    assert len(transformer.blocks) == config["num_layers"]
    # what the engine counts on
    assert vae.config.z_dim == transformer.config.in_channels
    assert row.sizes.multiple == vae.config.scale_factor_spatial * transformer.config.patch_size[1]
    assert text_encoder.config.d_model == transformer.config.text_dim


def test_the_second_expert_is_told_from_the_table() -> None:
    experts = [row.id for row in LARGE if "transformer_2" in row.components]
    two = [row.id for row in LARGE if row.defaults["text-to-video"]["guidance_scale_2"] is not None]
    assert experts == two == ["wan2.2-t2v-a14b"]


def test_parts_are_shared_both_ways() -> None:
    """A part that says where else it lies lies there under the same name and with the same contents."""
    by_repo = {row.repo: row for row in rows()}
    for row in LARGE:
        for name, part in row.components.items():
            for repo in part.also:
                other = by_repo[repo].components[name]
                assert row.repo in other.also, (row.id, repo, name)
                assert (other.bytes, other.parameters) == (part.bytes, part.parameters)
    assert find("wan2.2-ti2v-5b").components["vae"].also == ()

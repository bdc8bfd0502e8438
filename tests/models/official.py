"""The official configs of every family in the catalog, as modules without memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import diffusers
import torch
import transformers
from transformers import CLIPTextConfig, CLIPVisionConfig, Qwen3Config, T5Config, UMT5Config

from oelala.models.catalog import Row

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
_1_3B = _WAN | {"num_attention_heads": 12, "ffn_dim": 8960, "num_layers": 30}
_14B = _WAN | {"num_attention_heads": 40, "ffn_dim": 13824, "num_layers": 40}
_5B = _WAN | {"num_attention_heads": 24, "ffn_dim": 14336, "num_layers": 30}
_IMAGE = _14B | {"in_channels": 36, "image_dim": 1280, "added_kv_proj_dim": 5120}
_VACE = {"vace_in_channels": 96}
_XL: dict[str, Any] = {
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "block_out_channels": (320, 640, 1280),
    "cross_attention_dim": 2048,
    "transformer_layers_per_block": [1, 2, 10],
    "attention_head_dim": [5, 10, 20],
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}
_KLEIN = {"num_layers": 5, "num_single_layers": 20, "num_attention_heads": 24, "joint_attention_dim": 7680}
# by row id: the class, and its config
TRANSFORMERS: dict[str, tuple[str, dict[str, Any]]] = {
    "wan2.1-t2v-1.3b": ("WanTransformer3DModel", _1_3B),
    "wan2.1-t2v-14b": ("WanTransformer3DModel", _14B),
    "wan2.2-t2v-a14b": ("WanTransformer3DModel", _14B),
    "wan2.2-i2v-a14b": ("WanTransformer3DModel", _14B | {"in_channels": 36}),
    "wan2.2-ti2v-5b": ("WanTransformer3DModel", _5B | {"in_channels": 48, "out_channels": 48}),
    "wan2.1-i2v-14b-480p": ("WanTransformer3DModel", _IMAGE),
    "wan2.1-i2v-14b-720p": ("WanTransformer3DModel", _IMAGE),
    "wan2.1-flf2v-14b-720p": ("WanTransformer3DModel", _IMAGE | {"pos_embed_seq_len": 514}),
    "wan2.1-vace-1.3b": ("WanVACETransformer3DModel", _1_3B | _VACE | {"vace_layers": [*range(0, 30, 2)]}),
    "wan2.1-vace-14b": ("WanVACETransformer3DModel", _14B | _VACE | {"vace_layers": [*range(0, 40, 5)]}),
    "wan2.2-animate-14b": ("WanAnimateTransformer3DModel", _IMAGE),
    "svd": ("UNetSpatioTemporalConditionModel", {}),
    "svd-xt": ("UNetSpatioTemporalConditionModel", {}),
    "sd1.5": ("UNet2DConditionModel", {"cross_attention_dim": 768}),
    "jersonm89-avatar": ("UNet2DConditionModel", {"cross_attention_dim": 768}),
    "sdxl": ("UNet2DConditionModel", _XL),
    "naavi-avatar": ("UNet2DConditionModel", _XL),
    "flux.1-dev": ("FluxTransformer2DModel", {"guidance_embeds": True}),
    "flux.1-schnell": ("FluxTransformer2DModel", {}),
    "flux.2-klein-base-4b": ("Flux2Transformer2DModel", _KLEIN | {"guidance_embeds": False}),
}

_VAE_22: dict[str, Any] = {
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
_FOUR: dict[str, Any] = {
    "block_out_channels": (128, 256, 512, 512),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "layers_per_block": 2,
}
_FOUR_UP = _FOUR | {"up_block_types": ("UpDecoderBlock2D",) * 4}
_NO_QUANT = {"latent_channels": 16, "use_quant_conv": False, "use_post_quant_conv": False}
# by family, or by row id where a row has its own
VAES: dict[str, tuple[str, dict[str, Any]]] = {
    "wan2.2-ti2v-5b": ("AutoencoderKLWan", _VAE_22),
    "wan": ("AutoencoderKLWan", {}),
    "svd": ("AutoencoderKLTemporalDecoder", _FOUR),
    "stable-diffusion": ("AutoencoderKL", _FOUR_UP),
    "stable-diffusion-xl": ("AutoencoderKL", _FOUR_UP),
    "flux": ("AutoencoderKL", _FOUR_UP | _NO_QUANT),
    "flux2": ("AutoencoderKLFlux2", {}),
}

_T5 = {"d_model": 4096, "d_kv": 64, "num_heads": 64, "d_ff": 10240, "num_layers": 24}
_UMT5 = UMT5Config(vocab_size=256384, **_T5)
_T5_XXL = T5Config(vocab_size=32128, feed_forward_proj="gated-gelu", **_T5)
_QWEN3_4B = Qwen3Config(
    **{"vocab_size": 151936, "hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36},
    **{"num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "tie_word_embeddings": True},
)


def _clip(kind: type, width: int, layers: int, heads: int, projection: int, **more: int) -> Any:
    sizes = {"hidden_size": width, "intermediate_size": 4 * width, "num_hidden_layers": layers}
    return kind(**sizes, num_attention_heads=heads, projection_dim=projection, **more)


_CLIP_H = _clip(CLIPVisionConfig, 1280, 32, 16, 1024, image_size=224, patch_size=14)
_CLIP_L, _CLIP_G = _clip(CLIPTextConfig, 768, 12, 12, 768), _clip(CLIPTextConfig, 1280, 32, 20, 1280)
_TEXT: dict[tuple[str, str], tuple[str, Any]] = {
    ("wan", "text_encoder"): ("UMT5EncoderModel", _UMT5),
    ("wan", "image_encoder"): ("CLIPVisionModel", _CLIP_H),
    ("svd", "image_encoder"): ("CLIPVisionModelWithProjection", _CLIP_H),
    ("stable-diffusion", "text_encoder"): ("CLIPTextModel", _CLIP_L),
    ("stable-diffusion-xl", "text_encoder"): ("CLIPTextModel", _CLIP_L),
    ("stable-diffusion-xl", "text_encoder_2"): ("CLIPTextModelWithProjection", _CLIP_G),
    ("flux", "text_encoder"): ("CLIPTextModel", _CLIP_L),
    ("flux", "text_encoder_2"): ("T5EncoderModel", _T5_XXL),
    ("flux2", "text_encoder"): ("Qwen3ForCausalLM", _QWEN3_4B),
}


def build(row: Row, part: str) -> Any:
    """The module of one part, on the meta device."""
    if part in ("transformer", "transformer_2", "unet"):
        name, config = TRANSFORMERS[_config_of(row)]
        return _made(f"{_config_of(row)}/{part}", lambda: getattr(diffusers, name)(**config))
    if part == "vae":
        key = _config_of(row) if _config_of(row) in VAES else row.family
        vae, settings = VAES[key]
        return _made(f"{key}/vae", lambda: getattr(diffusers, vae)(**settings))
    encoder, configuration = _TEXT[row.family, part]
    return _made(f"{row.family}/{part}", lambda: getattr(transformers, encoder)(configuration))


def _config_of(row: Row) -> str:
    """Other weights, or the same in fewer bits, are of the same shape."""
    return row.base or row.id.removesuffix("-bf16")


_modules: dict[str, Any] = {}


def _made(key: str, make: Callable[[], Any]) -> Any:
    if key not in _modules:
        with torch.device("meta"):
            _modules[key] = make()
    return _modules[key]

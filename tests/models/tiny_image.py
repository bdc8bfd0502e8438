"""Image-to-video models with random weights in their exact layouts, small enough to run in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKLTemporalDecoder,
    AutoencoderKLWan,
    EulerDiscreteScheduler,
    StableVideoDiffusionPipeline,
    UNetSpatioTemporalConditionModel,
    UniPCMultistepScheduler,
    WanImageToVideoPipeline,
    WanTransformer3DModel,
)
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    CLIPVisionModel,
    CLIPVisionModelWithProjection,
    T5TokenizerFast,
    UMT5EncoderModel,
)

from oelala.models.catalog import find
from tests.models.tiny import _text_config, _vocabulary

I2V, FLF2V, I2V_EXPERTS, SVD = "wan2.1-i2v-14b-480p", "wan2.1-flf2v-14b-720p", "wan2.2-i2v-a14b", "svd"
_CLIP_SIDE, _CLIP_PATCH = 28, 14
_TOKENS = (_CLIP_SIDE // _CLIP_PATCH) ** 2 + 1


@dataclass(frozen=True)
class Layout:
    """What tells the Wan I2V models apart: CLIP or none, one picture or two, one expert or two."""

    looks: bool = True
    pictures: int = 1
    experts: int = 1


LAYOUTS = {I2V: Layout(), FLF2V: Layout(pictures=2), I2V_EXPERTS: Layout(looks=False, experts=2)}


def build_all(models: Path) -> None:
    """One of each, where the catalog looks for it in the folder of models."""
    for seed, (model, layout) in enumerate(LAYOUTS.items(), 1):
        build_wan_i2v(models / find(model).repo, layout, seed)
    build_svd(models / find(SVD).repo)


def build_wan_i2v(folder: Path, layout: Layout, seed: int = 1) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        parts: dict[str, Any] = {"transformer": _transformer(layout)}
        if layout.looks:
            parts["image_encoder"] = CLIPVisionModel(_clip())
            parts["image_processor"] = _processor()
        if layout.experts == 2:
            parts |= {"transformer_2": _transformer(layout), "boundary_ratio": 0.9}
        torch.manual_seed(0)  # text encoder and VAE are the same in all
        text_encoder, vae = UMT5EncoderModel(_text_config()), AutoencoderKLWan(base_dim=4, num_res_blocks=1)
    WanImageToVideoPipeline(
        tokenizer=T5TokenizerFast(vocab=_vocabulary(), extra_ids=0),
        text_encoder=text_encoder,
        vae=vae,
        scheduler=UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0
        ),
        **parts,
    ).save_pretrained(folder)


def _transformer(layout: Layout) -> WanTransformer3DModel:
    looking: dict[str, Any] = {}
    if layout.looks:
        looking = {"image_dim": 32, "added_kv_proj_dim": 32}
    if layout.pictures == 2:
        looking["pos_embed_seq_len"] = 2 * _TOKENS
    # 16 channels of noise, 4 of the mask, 16 of the pictures
    return WanTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=16,
        in_channels=36,
        out_channels=16,
        text_dim=32,
        freq_dim=32,
        ffn_dim=64,
        num_layers=2,
        cross_attn_norm=True,
        **looking,
    )


def _clip(**further: Any) -> CLIPVisionConfig:
    return CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=_CLIP_SIDE,
        patch_size=_CLIP_PATCH,
        **further,
    )


def _processor(side: int = _CLIP_SIDE) -> CLIPImageProcessor:
    return CLIPImageProcessor(size={"shortest_edge": side}, crop_size={"height": side, "width": side})


def build_svd(folder: Path) -> None:
    """Of Stable Video Diffusion; its pipeline always shows CLIP 224 × 224 pixels."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        unet = UNetSpatioTemporalConditionModel(
            block_out_channels=(32, 64),
            layers_per_block=1,
            sample_size=8,
            down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
            up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
            cross_attention_dim=32,
            num_attention_heads=2,
            projection_class_embeddings_input_dim=48,
            addition_time_embed_dim=16,
        )
        vae = AutoencoderKLTemporalDecoder(
            block_out_channels=(32, 32, 32, 32),
            down_block_types=("DownEncoderBlock2D",) * 4,
            layers_per_block=1,
            latent_channels=4,
        )
        clip = _clip(projection_dim=32).to_dict() | {"image_size": 224, "patch_size": 56}
        image_encoder = CLIPVisionModelWithProjection(CLIPVisionConfig(**clip))
    StableVideoDiffusionPipeline(
        vae=vae,
        image_encoder=image_encoder,
        unet=unet,
        scheduler=EulerDiscreteScheduler(
            prediction_type="v_prediction",
            use_karras_sigmas=True,
            timestep_type="continuous",
            sigma_min=0.002,
            sigma_max=700.0,
            beta_schedule="scaled_linear",
        ),
        feature_extractor=_processor(224),
    ).save_pretrained(folder)

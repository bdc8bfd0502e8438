"""Pose models with random weights in their exact layouts: VACE (2.1) and Animate (2.2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKLWan,
    UniPCMultistepScheduler,
    WanAnimatePipeline,
    WanAnimateTransformer3DModel,
    WanVACEPipeline,
    WanVACETransformer3DModel,
)
from transformers import CLIPVisionModel, T5TokenizerFast, UMT5EncoderModel

from oelala.models.catalog import find
from tests.models.tiny import _text_config, _vocabulary
from tests.models.tiny_image import _clip, _processor

VACE, ANIMATE = "wan2.1-vace-1.3b", "wan2.2-animate-14b"
_SMALL: dict[str, Any] = {
    "num_attention_heads": 2,
    "attention_head_dim": 16,
    "text_dim": 32,
    "freq_dim": 32,
    "ffn_dim": 64,
    "num_layers": 2,
    "cross_attn_norm": True,
}
FACE_SIDE = 16


def build_all(models: Path) -> None:
    build_vace(models / find(VACE).repo)
    build_animate(models / find(ANIMATE).repo)


def build_vace(folder: Path) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        transformer = WanVACETransformer3DModel(**_SMALL, vace_layers=[0, 1], vace_in_channels=96)
        parts = _text_and_vae()
    WanVACEPipeline(transformer=transformer, **parts).save_pretrained(folder)


def build_animate(folder: Path) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(2)
        transformer = WanAnimateTransformer3DModel(
            **_SMALL,
            image_dim=32,
            added_kv_proj_dim=32,
            motion_encoder_size=FACE_SIDE,
            motion_encoder_channel_sizes={"4": 8, "8": 8, "16": 8},
            motion_style_dim=8,
            motion_dim=4,
            motion_encoder_dim=16,
            face_encoder_hidden_dim=16,
            face_encoder_num_heads=2,
            inject_face_latents_blocks=2,
        )
        image_encoder = CLIPVisionModel(_clip())
        parts = _text_and_vae()
    WanAnimatePipeline(
        transformer=transformer, image_encoder=image_encoder, image_processor=_processor(), **parts
    ).save_pretrained(folder)


def _text_and_vae() -> dict[str, Any]:
    torch.manual_seed(0)
    return {
        "text_encoder": UMT5EncoderModel(_text_config()),
        "vae": AutoencoderKLWan(base_dim=4, num_res_blocks=1),
        "tokenizer": T5TokenizerFast(vocab=_vocabulary(), extra_ids=0),
        "scheduler": UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0
        ),
    }

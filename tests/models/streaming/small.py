"""Transformers of real classes, small, with weights from a seed."""

from __future__ import annotations

from typing import Any

import torch
from diffusers import WanAnimateTransformer3DModel, WanTransformer3DModel, WanVACETransformer3DModel
from transformers import UMT5Config, UMT5EncoderModel

_SMALL: dict[str, Any] = {
    "num_attention_heads": 2,
    "attention_head_dim": 16,
    "text_dim": 32,
    "freq_dim": 32,
    "ffn_dim": 64,
    "cross_attn_norm": True,
}


# Rows of 256 numbers, which is a block of GGUF's.
PACKABLE: dict[str, Any] = {"attention_head_dim": 128, "ffn_dim": 512}


def seeded(module: torch.nn.Module, seed: int) -> Any:
    generator = torch.Generator().manual_seed(seed)
    for tensor in module.parameters():
        tensor.data = (torch.randn(tensor.shape, generator=generator) * 0.2).to(tensor.dtype)
    return module.eval().requires_grad_(False)


def wan(seed: int = 1, layers: int = 5, dtype: torch.dtype = torch.bfloat16) -> Any:
    module = WanTransformer3DModel(**_SMALL, num_layers=layers).to(dtype)
    return seeded(module, seed)


def packable() -> Any:
    return WanTransformer3DModel(**_SMALL | PACKABLE, num_layers=3)


def vace(seed: int = 2, **sizes: Any) -> Any:
    sizes = _SMALL | sizes
    module = WanVACETransformer3DModel(**sizes, num_layers=4, vace_layers=[0, 2], vace_in_channels=96)
    return seeded(module.to(torch.bfloat16), seed)


def animate(seed: int = 3, **sizes: Any) -> Any:
    module = WanAnimateTransformer3DModel(
        **_SMALL | sizes,
        num_layers=4,
        image_dim=32,
        motion_encoder_size=16,
        motion_encoder_channel_sizes={"4": 8, "8": 8, "16": 8},
        motion_style_dim=8,
        motion_dim=4,
        motion_encoder_dim=16,
        face_encoder_hidden_dim=16,
        face_encoder_num_heads=2,
        inject_face_latents_blocks=2,
    )
    return seeded(module, seed)


def umt5(seed: int = 4) -> Any:
    config = UMT5Config(
        vocab_size=40, d_model=32, d_kv=8, num_heads=2, d_ff=64, num_layers=3, dropout_rate=0.0
    )
    return seeded(UMT5EncoderModel(config).to(torch.bfloat16), seed)


def wan_inputs(seed: int = 0, dtype: torch.dtype = torch.bfloat16) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(seed)
    return {
        "hidden_states": torch.randn(1, 16, 2, 8, 8, generator=generator).to(dtype),
        "timestep": torch.tensor([500]),
        "encoder_hidden_states": torch.randn(1, 6, 32, generator=generator).to(dtype),
        "return_dict": False,
    }


def vace_inputs() -> dict[str, Any]:
    generator = torch.Generator().manual_seed(9)
    control = torch.randn(1, 96, 2, 8, 8, generator=generator).to(torch.bfloat16)
    return wan_inputs() | {
        "control_hidden_states": control,
        "control_hidden_states_scale": torch.tensor([1.0, 0.5]).to(torch.bfloat16),
    }


def animate_inputs() -> dict[str, Any]:
    generator = torch.Generator().manual_seed(9)
    inputs = wan_inputs(dtype=torch.float32)
    inputs["hidden_states"] = torch.randn(1, 36, 3, 8, 8, generator=generator)
    inputs["encoder_hidden_states_image"] = torch.randn(1, 5, 32, generator=generator)
    inputs["pose_hidden_states"] = torch.randn(1, 16, 2, 8, 8, generator=generator)
    inputs["face_pixel_values"] = torch.randn(1, 3, 5, 16, 16, generator=generator)
    return inputs


def forward(module: Any, inputs: dict[str, Any]) -> torch.Tensor:
    with torch.no_grad():
        result: torch.Tensor = module(**inputs)[0]
    return result

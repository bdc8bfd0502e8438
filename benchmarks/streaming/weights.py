"""Wan transformers of full size with random weights, and what they are asked."""

from __future__ import annotations

import argparse
from typing import Any

import torch
from diffusers import WanTransformer3DModel

FULL: dict[str, Any] = {"num_attention_heads": 40, "attention_head_dim": 128, "ffn_dim": 13824}
TINY: dict[str, Any] = {
    "num_attention_heads": 2,
    "attention_head_dim": 16,
    "ffn_dim": 64,
    "text_dim": 32,
    "freq_dim": 32,
}
_I2V: dict[str, Any] = {"in_channels": 36, "image_dim": 1280, "added_kv_proj_dim": 5120}
_TINY_I2V: dict[str, Any] = {"in_channels": 36, "image_dim": 32, "added_kv_proj_dim": 32}
_IMAGE_TOKENS = 257


def config(options: argparse.Namespace, layers: int, picture: bool = False) -> dict[str, Any]:
    """Exactly Wan2.1 T2V 14B (and each expert of Wan2.2 A14B), or I2V, but for the number of layers."""
    base = {**(TINY if options.tiny else FULL), "num_layers": layers, "cross_attn_norm": True}
    return {**base, **((_TINY_I2V if options.tiny else _I2V) if picture else {})}


@torch.no_grad()
def build(
    options: argparse.Namespace, device: torch.device, layers: int, *, picture: bool = False, seed: int = 1
) -> Any:
    """bf16 weights, drawn where they are to be: on a card that takes seconds. 32-bit modules stay so."""
    module = skeleton(config(options, layers, picture))
    exact = set(module._keep_in_fp32_modules or ())
    generator = torch.Generator(device).manual_seed(seed)
    for name, tensor in list(module.named_parameters()):
        dtype = torch.float32 if exact & set(name.split(".")) else torch.bfloat16
        drawn = torch.empty(tensor.shape, device=device, dtype=dtype).normal_(0, 0.02, generator=generator)
        owner, _, last = name.rpartition(".")
        setattr(module.get_submodule(owner), last, torch.nn.Parameter(drawn, False))
    return module.to(device)


def skeleton(values: dict[str, Any]) -> Any:
    """Without weights, but with rotary tables, which are computed and not drawn."""
    with torch.device("meta"):
        module = WanTransformer3DModel(**values)
    module.rope = type(module.rope)(module.config.attention_head_dim, module.config.patch_size, 1024)
    return module.eval().requires_grad_(False)


def twin(module: Any) -> Any:
    """Another module over the same weights, wherever they are now."""
    other = skeleton(dict(module.config))
    other.load_state_dict(module.state_dict(), assign=True, strict=False)
    return other.requires_grad_(False)


def block_bytes(module: Any) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in module.blocks.parameters())


def inputs(
    options: argparse.Namespace, frames: int, module: Any, device: torch.device
) -> list[dict[str, Any]]:
    """Both calls of a step with guidance: everything but the prompt is the very same, as in a pipeline."""
    generator = torch.Generator().manual_seed(2)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator).to(device, torch.bfloat16)

    sizes = module.config
    latents = draw(1, sizes.in_channels, (frames - 1) // 4 + 1, options.height // 8, options.width // 8)
    shared: dict[str, Any] = {"hidden_states": latents, "timestep": torch.tensor([500], device=device)}
    if sizes.image_dim is not None:
        shared["encoder_hidden_states_image"] = draw(1, _IMAGE_TOKENS, sizes.image_dim)
    return [{**shared, "encoder_hidden_states": draw(1, 512, sizes.text_dim)} for _ in range(2)]


def step_flops(options: argparse.Namespace, frames: int, layers: int) -> float:
    """Of both forwards; 2 operations a multiplication."""
    sizes = config(options, layers)
    dim = sizes["num_attention_heads"] * sizes["attention_head_dim"]
    tokens = ((frames - 1) // 4 + 1) * (options.height // 16) * (options.width // 16)
    linear = 2 * tokens * (6 * dim * dim + 2 * dim * sizes["ffn_dim"])
    return 2.0 * layers * (linear + 4 * tokens * (tokens + 512) * dim)

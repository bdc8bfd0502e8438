"""What the Wan models have in common. Parameters counted from the official configs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from oelala.models.catalog.row import Component, Compute, SizeLimits

T2V_1_3B = "Wan-AI/Wan2.1-T2V-1.3B-Diffusers"
T2V_14B = "Wan-AI/Wan2.1-T2V-14B-Diffusers"
I2V_14B_480P = "Wan-AI/Wan2.1-I2V-14B-480P-Diffusers"
I2V_14B_720P = "Wan-AI/Wan2.1-I2V-14B-720P-Diffusers"
FLF2V_14B = "Wan-AI/Wan2.1-FLF2V-14B-720P-diffusers"
VACE_1_3B = "Wan-AI/Wan2.1-VACE-1.3B-diffusers"
VACE_14B = "Wan-AI/Wan2.1-VACE-14B-diffusers"
T2V_A14B = "Wan-AI/Wan2.2-T2V-A14B-Diffusers"
I2V_A14B = "Wan-AI/Wan2.2-I2V-A14B-Diffusers"
TI2V_5B = "Wan-AI/Wan2.2-TI2V-5B-Diffusers"
ANIMATE_14B = "Wan-AI/Wan2.2-Animate-14B-Diffusers"

OTHERS_16_CHANNELS = (
    *(T2V_1_3B, T2V_14B, T2V_A14B, I2V_A14B, I2V_14B_480P, I2V_14B_720P),
    *(FLF2V_14B, VACE_1_3B, VACE_14B, ANIMATE_14B),
)
WITH_CLIP = (I2V_14B_480P, I2V_14B_720P, FLF2V_14B, ANIMATE_14B)

# `wan_shared_cfg.sample_neg_prompt` of the official repository: the text that the models were tuned with.
NEGATIVE_PROMPT = (
    "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，"
    "丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，"
    "静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走"
)

SIZES_480P = ((832, 480), (480, 832), (624, 624))
SIZES_720P = ((1280, 720), (720, 1280), (960, 960))
LIMITS_480P = SizeLimits(16, 128, 1280, 1280 * 720, SIZES_480P)
LIMITS_720P = SizeLimits(16, 128, 1280, 1280 * 720, SIZES_720P)
LIMITS_BOTH = SizeLimits(16, 128, 1280, 1280 * 720, SIZES_480P + SIZES_720P)

# Floating-point operations of the decoder for a pixel of a frame: 275e12 for 832 × 480 × 81 (Wan 2.1's VAE),
# 2011e12 for 1280 × 704 × 121 (Wan 2.2's).
_DECODE_21, _DECODE_22 = 8.5e6, 18.44e6
COMPUTE_1_3B = Compute(30, 1536, 8960, _DECODE_21)
COMPUTE_14B = Compute(40, 5120, 13824, _DECODE_21)
# Held: the time embedding for each token, which the end of a pass wants.
COMPUTE_5B = Compute(30, 3072, 14336, _DECODE_22, held=1, time_rows=1024, spatial=16)

# UMT5-XXL is the same everywhere: in 32 bits in the repositories of Wan 2.1, in half of that in those of 2.2.
# It is loaded in 16 bits, so it comes from there: 11 GB less to fetch.
_TEXT_ENCODER = Component("text_encoder", 11_361_821_000, 5_680_910_336)
# CLIP ViT-H/14, its picture half. In which number format the repositories hold it is not known.
_IMAGE_ENCODER = Component("image_encoder", None, 630_766_080)
_HAVE_16_BIT_TEXT = (T2V_A14B, I2V_A14B, TI2V_5B, VACE_1_3B, VACE_14B, ANIMATE_14B)


def text_parts(repo: str) -> dict[str, Component]:
    """Scheduler, tokenizer and text encoder of the model in `repo`."""
    others = tuple(other for other in (TI2V_5B, *OTHERS_16_CHANNELS) if other != repo)
    source = None if repo in _HAVE_16_BIT_TEXT else TI2V_5B
    return {
        "tokenizer": Component("tokenizer", 21_400_000, also=others),
        "text_encoder": replace(_TEXT_ENCODER, also=others, source=source),
        "scheduler": Component("scheduler", 1_000),
    }


def vae_of_16_channels(repo: str) -> dict[str, Component]:
    """The VAE of every Wan but TI2V-5B."""
    others = tuple(other for other in OTHERS_16_CHANNELS if other != repo)
    return {"vae": Component("vae", 507_600_000, 126_892_531, also=others, decode_bits=16, latents="wan-16")}


def image_parts(repo: str) -> dict[str, Component]:
    """What looks at the start picture, in the models that have it."""
    others = tuple(other for other in WITH_CLIP if other != repo)
    return {
        "image_encoder": _IMAGE_ENCODER.shared_with(*others),
        "image_processor": Component("image_processor", 1_000, also=others),
    }


def in_32_bits(name: str, parameters: int) -> dict[str, Component]:
    return {name: Component(name, 4 * parameters, parameters)}


def in_16_bits(name: str, parameters: int) -> dict[str, Component]:
    return {name: Component(name, 2 * parameters, parameters)}


def unknown_bits(name: str, parameters: int) -> dict[str, Component]:
    return {name: Component(name, None, parameters)}


def file_part(part: Component, repo: str, path: str, size: int) -> Component:
    """The same numbers in one file of another repository, of `size` bytes."""
    folder, _, name = path.rpartition("/")
    return Component(folder or ".", size, part.parameters, also=(repo,), source=repo, files=(name,))


def values(
    size: tuple[int, int],
    num_inference_steps: int,
    flow_shift: float,
    guidance_scale: float,
    guidance_scale_2: float | None = None,
    num_frames: int = 81,
) -> Mapping[str, Any]:
    """The official sampling values of a model, by diffusers' argument names; what is lossy is off."""
    return {
        "negative_prompt": NEGATIVE_PROMPT,
        "width": size[0],
        "height": size[1],
        "num_frames": num_frames,
        "num_inference_steps": num_inference_steps,
        "guidance_scale": guidance_scale,
        "guidance_scale_2": guidance_scale_2,
        "flow_shift": flow_shift,
        "first_block_cache": 0.0,
        "sage_attention": False,
    }

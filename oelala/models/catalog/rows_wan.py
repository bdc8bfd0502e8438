"""Wan 2.1 text-to-video. Parameters counted from the official configs; values from the official scripts."""

from __future__ import annotations

from dataclasses import replace

from oelala.models.catalog.row import Component, Row, SizeLimits

T2V_1_3B = "Wan-AI/Wan2.1-T2V-1.3B-Diffusers"
T2V_14B = "Wan-AI/Wan2.1-T2V-14B-Diffusers"
T2V_A14B = "Wan-AI/Wan2.2-T2V-A14B-Diffusers"
TI2V_5B = "Wan-AI/Wan2.2-TI2V-5B-Diffusers"

# The VAE of every Wan but TI2V-5B.
VAE = Component("vae", 507_600_000, 126_892_531)
# UMT5-XXL is the same everywhere: in 32 bits in the repositories of Wan 2.1, in half of that in those of 2.2.
TEXT_ENCODER = Component("text_encoder", 11_361_821_000, 5_680_910_336)

# `wan_shared_cfg.sample_neg_prompt` of the official repository: the text that the models were tuned with.
NEGATIVE_PROMPT = (
    "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，"
    "丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，"
    "静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走"
)


def _components(transformer_parameters: int, sibling: str) -> dict[str, Component]:
    """All but the transformer is the same in each. The text encoder comes from where it has 16 bits: it is
    loaded so, and 11 GB less to fetch."""
    return {
        "tokenizer": Component("tokenizer", 21_400_000, also=(sibling, T2V_A14B, TI2V_5B)),
        "text_encoder": replace(TEXT_ENCODER, also=(TI2V_5B, T2V_A14B, sibling), source=TI2V_5B),
        "vae": VAE.shared_with(sibling, T2V_A14B),
        "scheduler": Component("scheduler", 1_000),
        "transformer": Component("transformer", 4 * transformer_parameters, transformer_parameters),
    }


SIZES_480P = ((832, 480), (480, 832), (624, 624))
SIZES_720P = ((1280, 720), (720, 1280), (960, 960))

WAN21_T2V_1_3B = Row(
    id="wan2.1-t2v-1.3b",
    title="Wan 2.1 T2V 1.3B",
    family="wan",
    repo=T2V_1_3B,
    revision="main",
    licence="Apache-2.0",
    components=_components(1_418_996_800, T2V_14B),
    sizes=SizeLimits(16, 128, 1280, 1280 * 720, SIZES_480P),
    native_num_frames=81,
    largest_num_frames=161,
    fps=16,
    max_sequence_length=512,
    minimum_memory=8_190_000_000,
    defaults={
        "text-to-video": {
            "negative_prompt": NEGATIVE_PROMPT,
            "width": 832,
            "height": 480,
            "num_frames": 81,
            "num_inference_steps": 50,
            "guidance_scale": 6.0,
            "guidance_scale_2": None,
            "flow_shift": 8.0,
        }
    },
    pipelines={"text-to-video": "WanPipeline"},
)

WAN21_T2V_14B = Row(
    id="wan2.1-t2v-14b",
    title="Wan 2.1 T2V 14B",
    family="wan",
    repo=T2V_14B,
    revision="main",
    licence="Apache-2.0",
    components=_components(14_288_491_584, T2V_1_3B),
    sizes=SizeLimits(16, 128, 1280, 1280 * 720, SIZES_480P + SIZES_720P),
    native_num_frames=81,
    largest_num_frames=161,
    fps=16,
    max_sequence_length=512,
    minimum_memory=13_000_000_000,
    defaults={
        "text-to-video": {
            "negative_prompt": NEGATIVE_PROMPT,
            "width": 832,
            "height": 480,
            "num_frames": 81,
            "num_inference_steps": 50,
            "guidance_scale": 5.0,
            "guidance_scale_2": None,
            "flow_shift": 5.0,
        }
    },
    pipelines={"text-to-video": "WanPipeline"},
)

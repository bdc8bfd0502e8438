"""Wan 2.2 text-to-video. Parameters counted from the official configs; values from the official scripts."""

from __future__ import annotations

from oelala.models.catalog.row import Component, Row, SizeLimits
from oelala.models.catalog.rows_wan import (
    NEGATIVE_PROMPT,
    SIZES_480P,
    SIZES_720P,
    T2V_1_3B,
    T2V_14B,
    T2V_A14B,
    TEXT_ENCODER,
    TI2V_5B,
    VAE,
)

_EXPERT = Component("transformer", 57_153_966_336, 14_288_491_584)


def _text_parts(sibling: str) -> dict[str, Component]:
    also = (sibling, T2V_1_3B, T2V_14B)
    return {
        "tokenizer": Component("tokenizer", 21_400_000, also=also),
        "text_encoder": TEXT_ENCODER.shared_with(*also),
        "scheduler": Component("scheduler", 1_000),
    }


# Two experts of 14B: `transformer` removes the strong noise, `transformer_2` the weak. Where the one hands
# over to the other (boundary_ratio 0.875) is written in the repository's model_index.json.
WAN22_T2V_A14B = Row(
    id="wan2.2-t2v-a14b",
    title="Wan 2.2 T2V A14B",
    family="wan",
    repo=T2V_A14B,
    revision="main",
    licence="Apache-2.0",
    components={
        **_text_parts(TI2V_5B),
        "vae": VAE.shared_with(T2V_1_3B, T2V_14B),
        "transformer": _EXPERT,
        "transformer_2": Component("transformer_2", _EXPERT.bytes, _EXPERT.parameters),
    },
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
            "num_inference_steps": 40,
            "guidance_scale": 4.0,
            "guidance_scale_2": 3.0,
            # The official value; the repository's scheduler_config.json says 3.
            "flow_shift": 12.0,
        }
    },
    pipelines={"text-to-video": "WanPipeline"},
)

WAN22_TI2V_5B = Row(
    id="wan2.2-ti2v-5b",
    title="Wan 2.2 TI2V 5B",
    family="wan",
    repo=TI2V_5B,
    revision="main",
    licence="Apache-2.0",
    components={
        **_text_parts(T2V_A14B),
        "vae": Component("vae", 2_818_800_000, 704_688_668),
        "transformer": Component("transformer", 19_999_150_848, 4_999_787_712),
    },
    # 16 (VAE) × 2 (patch): the pipeline would round anything else down in silence.
    sizes=SizeLimits(32, 128, 1280, 1280 * 704, ((1280, 704), (704, 1280))),
    native_num_frames=121,
    largest_num_frames=241,
    fps=24,
    max_sequence_length=512,
    minimum_memory=24_000_000_000,
    defaults={
        "text-to-video": {
            "negative_prompt": NEGATIVE_PROMPT,
            "width": 1280,
            "height": 704,
            "num_frames": 121,
            "num_inference_steps": 50,
            "guidance_scale": 5.0,
            "guidance_scale_2": None,
            "flow_shift": 5.0,
        }
    },
    pipelines={"text-to-video": "WanPipeline"},
)

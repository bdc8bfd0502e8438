"""Wan 2.1 text-to-video. Parameters counted from the official configs; values from the official scripts."""

from __future__ import annotations

from oelala.models.catalog.row import Row
from oelala.models.catalog.wan_parts import (
    COMPUTE_1_3B,
    COMPUTE_14B,
    LIMITS_480P,
    LIMITS_BOTH,
    T2V_1_3B,
    T2V_14B,
    in_32_bits,
    text_parts,
    vae_of_16_channels,
    values,
)

WAN21_T2V_1_3B = Row(
    id="wan2.1-t2v-1.3b",
    title="Wan 2.1 T2V 1.3B",
    family="wan",
    repo=T2V_1_3B,
    revision="main",
    licence="Apache-2.0",
    components=text_parts(T2V_1_3B) | vae_of_16_channels(T2V_1_3B) | in_32_bits("transformer", 1_418_996_800),
    sizes=LIMITS_480P,
    native_num_frames=81,
    largest_num_frames=161,
    fps=16,
    max_sequence_length=512,
    defaults={"text-to-video": values((832, 480), 50, flow_shift=8.0, guidance_scale=6.0)},
    pipelines={"text-to-video": "WanPipeline"},
    compute=COMPUTE_1_3B,
)

WAN21_T2V_14B = Row(
    id="wan2.1-t2v-14b",
    title="Wan 2.1 T2V 14B",
    family="wan",
    repo=T2V_14B,
    revision="main",
    licence="Apache-2.0",
    components=text_parts(T2V_14B) | vae_of_16_channels(T2V_14B) | in_32_bits("transformer", 14_288_491_584),
    sizes=LIMITS_BOTH,
    native_num_frames=81,
    largest_num_frames=161,
    fps=16,
    max_sequence_length=512,
    defaults={"text-to-video": values((832, 480), 50, flow_shift=5.0, guidance_scale=5.0)},
    pipelines={"text-to-video": "WanPipeline"},
    compute=COMPUTE_14B,
)

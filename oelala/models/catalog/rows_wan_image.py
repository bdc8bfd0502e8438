"""Wan 2.1 image-to-video. Parameters counted from the official configs; values from the official scripts."""

from __future__ import annotations

from dataclasses import replace

from oelala.models.catalog.row import Component, Row
from oelala.models.catalog.wan_parts import (
    COMPUTE_14B,
    FLF2V_14B,
    I2V_14B_480P,
    I2V_14B_720P,
    LIMITS_480P,
    LIMITS_720P,
    image_parts,
    in_32_bits,
    text_parts,
    unknown_bits,
    vae_of_16_channels,
    values,
)


def _parts(repo: str) -> dict[str, Component]:
    return text_parts(repo) | vae_of_16_channels(repo) | image_parts(repo)


WAN21_I2V_14B_480P = Row(
    id="wan2.1-i2v-14b-480p",
    title="Wan 2.1 I2V 14B 480P",
    family="wan",
    repo=I2V_14B_480P,
    revision="main",
    licence="Apache-2.0",
    components=_parts(I2V_14B_480P) | in_32_bits("transformer", 16_394_878_784),
    sizes=LIMITS_480P,
    native_num_frames=81,
    largest_num_frames=161,
    fps=16,
    max_sequence_length=512,
    defaults={"image-to-video": values((832, 480), 40, flow_shift=3.0, guidance_scale=5.0)},
    pipelines={"image-to-video": "WanImageToVideoPipeline"},
    compute=COMPUTE_14B,
)

WAN21_I2V_14B_720P = replace(
    WAN21_I2V_14B_480P,
    id="wan2.1-i2v-14b-720p",
    title="Wan 2.1 I2V 14B 720P",
    repo=I2V_14B_720P,
    components=_parts(I2V_14B_720P) | in_32_bits("transformer", 16_394_878_784),
    sizes=LIMITS_720P,
    defaults={"image-to-video": values((1280, 720), 40, flow_shift=5.0, guidance_scale=5.0)},
)

# Two pictures pass the image encoder, so the transformer has positions for both (pos_embed_seq_len 514).
WAN21_FLF2V_14B_720P = replace(
    WAN21_I2V_14B_720P,
    id="wan2.1-flf2v-14b-720p",
    title="Wan 2.1 FLF2V 14B 720P",
    repo=FLF2V_14B,
    components=_parts(FLF2V_14B) | unknown_bits("transformer", 16_395_536_704),
    defaults={"image-to-video": values((1280, 720), 50, flow_shift=16.0, guidance_scale=5.0)},
    last_image=True,
    last_image_needed=True,
)
